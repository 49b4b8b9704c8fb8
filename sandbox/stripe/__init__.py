"""Stripe in miniature: customers, Checkout, subscriptions on a clock, invoices, signed webhooks.

| file | holds |
|---|---|
| `app`, `routes`, `*_calls` | the API's doors and what each call takes |
| `params`, `reading`, `idempotency`, `errors` | what all calls share |
| `state`, `shelves`, `timers`, `events` | what exists, what is due, what was told |
| `subscriptions`, `invoices`, `collection`, `prorations`, `methods` | subscriptions and their money |
| `checkout`, `portal`, `pages`, `cards` | what people click |
| `shapes`, `billing_shapes` | objects as the pinned version writes them |
"""
