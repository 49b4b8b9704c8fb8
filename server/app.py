"""The server's pieces, for `create_app` to put together with the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from arq.connections import ArqRedis
from litestar import Litestar
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ControllerRouterHandler, ExceptionHandlersMap

from connector.account.billing import billing_of
from connector.account.clock import Clock
from connector.account.connect import Connecting
from connector.account.connections import Connections
from connector.bitrix24.reach import transport_for
from connector.security.vault import Vault
from connector.settings import Settings
from connector.store.scope import Database, DatabaseAway
from connector.sync.engine import Engine
from server import problems
from server.api.described import TellsProblems
from server.api.routes import api
from server.bodies import LARGEST_BODY
from server.gauges import Gauges
from server.health import live, ready
from server.heard import Heard
from server.inlet import Inlet
from server.keys import Keys
from server.live import LiveView
from server.parts import DEPENDENCIES, Parts
from server.portal_events import bitrix24_door
from server.problems import Problem
from server.scraping import metrics
from server.secrets import Secrets
from server.stripe_door import stripe_door
from server.waking import CalmWaker
from server.webhooks import bling_door

EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    Problem: problems.answer_problem,
    ValidationException: problems.answer_validation,
    SerializationException: problems.answer_unreadable,
    RecursionError: problems.answer_unreadable,
    # A body's text that is not UTF-8: the decoder raises it as it is.
    UnicodeDecodeError: problems.answer_unreadable,
    HTTPException: problems.answer_http,
    DatabaseAway: problems.answer_database_away,
    Exception: problems.answer_unexpected,
}

OPENAPI = OpenAPIConfig(
    title="Ponte",
    version="1",
    description="The JSON API of a tenant: `Authorization: Bearer <api key>`.",
    path="/schema",
    render_plugins=[TellsProblems()],
    components=Components(security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}),
)


def create_server(
    settings: Settings,
    pages: Sequence[ControllerRouterHandler] = (),
    exception_handlers: ExceptionHandlersMap | None = None,
    **more: Any,
) -> Litestar:
    """The app: doors, API, health and `pages`; `more` goes to Litestar as it is."""
    https = settings.app_url.startswith("https:")
    return Litestar(
        route_handlers=[
            bling_door,
            bitrix24_door,
            stripe_door,
            api(https=https),
            live,
            ready,
            metrics,
            *pages,
        ],
        lifespan=[_running(settings)],
        dependencies=DEPENDENCIES,
        exception_handlers={**EXCEPTION_HANDLERS, **(exception_handlers or {})},
        openapi_config=OPENAPI,
        logging_config=None,
        request_max_body_size=LARGEST_BODY,
        **more,
    )


def _running(settings: Settings) -> Callable[[Litestar], Any]:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.parts = await make_parts(settings, stack)
            yield

    return lifespan


async def make_parts(settings: Settings, stack: AsyncExitStack) -> Parts:
    """Open everything a server needs; `stack` closes it in the opposite order."""
    database = await Database.open(settings.database_url, settings.pool_size)
    stack.push_async_callback(database.close)
    redis = make_redis(settings.redis_url)
    stack.push_async_callback(redis.aclose)
    http = await stack.enter_async_context(
        httpx.AsyncClient(trust_env=False, transport=transport_for(settings))
    )
    clock, vault = Clock(settings), Vault.from_setting(settings.vault_keys)
    await stack.enter_async_context(clock.followed(http))
    connections = Connections(settings, database, redis, http, vault, clock)
    engine = Engine(
        settings=settings,
        database=database,
        redis=redis,
        waker=CalmWaker(redis),
        http=http,
        connections=connections,
        clock=clock.now,
        business_clock=clock.business_now,
    )
    heard = Heard(database)
    inlet, live_view = Inlet(database, engine.waker, heard), LiveView(redis)
    gauges = Gauges(database, redis, clock)
    for part in (heard, inlet, live_view, gauges):
        part.start()
        stack.push_async_callback(part.stop)
    return Parts(
        settings=settings,
        database=database,
        redis=redis,
        http=http,
        clock=clock,
        vault=vault,
        connections=connections,
        connecting=Connecting(settings, database, redis, http, vault, connections),
        engine=engine,
        inlet=inlet,
        secrets=Secrets(database, vault, settings.bling_client_secret),
        keys=Keys(database),
        live=live_view,
        billing=billing_of(settings, database, http, clock),
        gauges=gauges,
    )


def make_redis(url: str) -> ArqRedis:
    """Redis for wake-ups, limits and the live view: connects when used, gives up soon when it is away."""
    client: ArqRedis = ArqRedis.from_url(url, socket_connect_timeout=1.0, socket_timeout=5.0)
    return client
