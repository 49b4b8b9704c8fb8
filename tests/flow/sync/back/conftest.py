"""A house that hears both of its sides."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from random import Random
from urllib.parse import urlsplit

import pytest
from arq.connections import ArqRedis

from connector.bitrix24.limits import ENTERPRISE, PortalLimiter
from connector.domain.guard_rail import PREFERENCE
from connector.settings import Settings
from tests.support.house import House, KnownTokens
from tests.support.returns import BOTH, Returns
from tests.support.seller import Seller
from tests.support.sink import listening
from tests.support.tossing import Tossing
from tests.support.vendors import bling_code, bling_oauth

#: All that is tossed is wanted.
RAILS = ("price_zero", "price_jump", "deactivated")
EVERYTHING = (*BOTH, "order.create", "order.update", "deal.won", "stock.update")


@pytest.fixture
async def deaf(house: House, settings: Settings, redis: ArqRedis) -> AsyncIterator[Returns]:
    """Installed in its portal and let in by its company, nothing ticked."""
    sandbox = house.sandbox
    form = sandbox.control("grant", {"provider": "bitrix24", "member_id": house.portal.member_id})
    pair = await bling_oauth(sandbox, redis, house.engine.http).exchange(bling_code(sandbox))
    tokens = house.connections
    assert isinstance(tokens, KnownTokens)
    tokens.bling.current, tokens.bitrix24.current = pair.access_token, form["AUTH_ID"]
    sandbox.control("limits", {"enforce": False})
    async with listening(urlsplit(settings.app_url).port or 0) as sink:
        yield Returns(house, sink)


@pytest.fixture
async def returns(deaf: Returns) -> Returns:
    """Both directions ticked, the portal's events bound."""
    await deaf.house.tick(*BOTH)
    await deaf.look()
    deaf.house.forget_calls()
    return deaf


@pytest.fixture
async def tossing(deaf: Returns, redis: ArqRedis) -> AsyncIterator[Callable[[int], Tossing]]:
    """Everything ticked, a portal of the larger plan; people who change what they like, by a number."""
    seller = Seller(deaf.house)
    deaf.house.sandbox.control("webhooks", {"mode": "on"})
    await PortalLimiter(redis, deaf.portal.member_id).learn(ENTERPRISE)
    await deaf.house.tick(*EVERYTHING)
    await deaf.house.prefer(PREFERENCE, {name: {"on": False, "records": 2} for name in RAILS})
    await deaf.look()
    deaf.house.forget_calls()
    yield lambda chance: Tossing(deaf, seller, Random(chance))
    await deaf.house.engine.http.aclose()
