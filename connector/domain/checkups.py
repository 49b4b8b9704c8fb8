"""How often a connection that nothing uses is tried: rarely enough for the vendors, often enough to tell.

Trying a Bling account renews its tokens, so it also keeps a refresh token from ageing out (30 days). All
accounts share 15 token calls a minute per address; the tries take ten of them at most, one every six seconds,
which is enough for 14,400 idle accounts a day. Companies that Bling calls inactive take
their turn in the same rhythm, since they may be active again without a word to us. Bitrix24 forbids renewals
on a timer, but for one before a refresh token's 180 days end (facts of both vendors, tokens).
"""

from __future__ import annotations

from datetime import datetime, timedelta

#: Seconds between two tries of Bling accounts, whatever their tenants.
EVERY_S = 6
#: A Bling account is tried when nothing has used it for so long.
IDLE = timedelta(days=1)
#: A company that Bling calls inactive is tried so often: nobody tells us when it is active again.
INACTIVE = timedelta(hours=6)
#: A portal's tokens are renewed when nothing has for so long.
PORTAL_IDLE = timedelta(days=150)
#: Portals in one go; a go is an hour.
PORTALS = 20


def idle_before(now: datetime) -> datetime:
    """Accounts used last before this are tried, the longest idle first."""
    return now - IDLE


def inactive_before(now: datetime) -> datetime:
    """Inactive companies tried last before this are tried, the longest untried first."""
    return now - INACTIVE


def ageing_before(now: datetime) -> datetime:
    """Portals whose tokens were renewed last before this are renewed."""
    return now - PORTAL_IDLE
