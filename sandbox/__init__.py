"""Bling, Bitrix24 and Stripe in miniature, for the demo, the tests and the benchmarks.

| part | is |
|---|---|
| `core` | what the vendors share: clock, call log, faults, switches, tenants, mail, a thin HTTP layer |
| `bling`, `bitrix24`, `stripe` | the vendors, each mounted under its name |
| `control` | the surface by which tests order faults, seeds, times |
| `pages` | small pages for people |

It speaks only HTTP with Ponte: neither imports the other. Where a vendor's behaviour is unknown the
harder case is played.
"""
