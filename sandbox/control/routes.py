"""The control surface's routes; each does one thing to the world."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Request, Router, delete, get, post, put
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException, ValidationException

from sandbox.bling.company import Company
from sandbox.bling.errors import BlingError
from sandbox.bling.seeds import Amounts, sow
from sandbox.control import requests as sent
from sandbox.control.dump import dump
from sandbox.control.pairs import pair_up
from sandbox.control.ready import ready
from sandbox.control.stripe import routes as stripe_routes
from sandbox.core.calls import CallRow
from sandbox.core.clock import rfc3339
from sandbox.core.deliveries import Mode
from sandbox.core.faults import Fault
from sandbox.core.world import World

DONE = {"ok": True}
"""What an order is answered with that has nothing to tell."""


def routes(world: World) -> list[Router]:
    """Everything under `/control`."""
    handlers = [
        get_ready, grant, put_tenant, reset, put_app_url, get_pids, put_pids,
        add_fault, clear_faults, get_calls, clear_calls, get_webhooks, set_webhooks, clear_webhooks,
        set_limits, set_framing, get_clock, advance_clock, seed, act_on_note, get_dump, set_scopes,
        set_inventory,
    ]  # fmt: skip
    return [
        Router(
            "/control",
            route_handlers=handlers,
            dependencies={"world": Provide(lambda: world, sync_to_thread=False)},
        ),
        *stripe_routes(world),
    ]


@get("/ready", sync_to_thread=False)
def get_ready(world: World) -> dict[str, Any]:
    """The sandbox's part of the ready line."""
    return ready(world)


@post("/reset", status_code=200, sync_to_thread=False)
def reset(world: World) -> dict[str, bool]:
    """Everything as right after the start."""
    world.reset()
    pair_up(world)
    return DONE


@put("/app-url", status_code=200, sync_to_thread=False)
def put_app_url(data: sent.AddressOrder, world: World) -> dict[str, bool]:
    """Where Ponte is reached from now on."""
    world.app_url = data.url.rstrip("/")
    return DONE


@get("/pids", sync_to_thread=False)
def get_pids(world: World) -> dict[str, int]:
    """The demo's present process ids, as its supervisor told them last."""
    return world.pids


@put("/pids", status_code=200)
async def put_pids(request: Request[Any, Any, Any], world: World) -> dict[str, bool]:
    """Take the supervisor's word."""
    try:
        world.pids = msgspec.json.decode(await request.body(), type=dict[str, int])
    except msgspec.ValidationError as problem:
        raise ValidationException(str(problem)) from None
    return DONE


@post("/grant", status_code=200, sync_to_thread=False)
def grant(data: sent.GrantOrder, world: World) -> dict[str, Any]:
    """As if a person had consented (Bling) or finished the installation (Bitrix24)."""
    if data.provider == "bling":
        return {"code": world.bling.oauth.grant_code(_company(world, data.company_id).id)}
    return dict(world.bitrix24.grant(_member_id(world, data.member_id), data.user_id))


@post("/tenants", status_code=200, sync_to_thread=False)
def put_tenant(data: sent.TenantOrder, world: World) -> dict[str, bool]:
    """Remember Ponte's id for these connections."""
    world.tenants.put(data.tenant, data.company_id, data.member_id)
    return DONE


@post("/scopes", status_code=200, sync_to_thread=False)
def set_scopes(data: sent.ScopesOrder, world: World) -> dict[str, bool]:
    """Let the company's grant lack some resources: their calls are answered 403."""
    world.bling.missing_scopes[_company(world, data.company_id).id] = frozenset(data.missing)
    return DONE


@post("/faults", status_code=200, sync_to_thread=False)
def add_fault(data: sent.FaultOrder, world: World) -> dict[str, bool]:
    """Order a fault."""
    world.faults.add(msgspec.convert(msgspec.to_builtins(data), Fault))
    return DONE


@delete("/faults", status_code=200, sync_to_thread=False)
def clear_faults(world: World) -> dict[str, bool]:
    """Order no more faults."""
    world.faults.clear()
    return DONE


@get("/calls", sync_to_thread=False)
def get_calls(world: World, provider: str | None = None, since: str | None = None) -> list[CallRow]:
    """The calls so far; `since` in RFC 3339 or unix seconds."""
    return world.calls.rows(provider, None if since is None else _moment(since))


@delete("/calls", status_code=200, sync_to_thread=False)
def clear_calls(world: World) -> dict[str, bool]:
    """Forget the calls so far."""
    world.calls.clear()
    return DONE


@post("/webhooks", status_code=200, sync_to_thread=False)
def set_webhooks(data: sent.WebhookOrder, world: World) -> dict[str, bool]:
    """What happens to webhooks from now on; also enables Bling's disabled resources again."""
    if data.provider != "bling":
        world.stripe.webhooks.mode = data.mode
    if data.provider != "stripe":
        webhooks = world.bling.webhooks
        webhooks.switch(data.mode, webhooks.also if data.also is msgspec.UNSET else data.also)
    return DONE


@get("/webhooks", sync_to_thread=False)
def get_webhooks(world: World) -> dict[str, bool]:
    """What has not arrived: Bling's messages, balances that follow orders later, and portals' events."""
    companies = world.bling.companies.values()
    return {
        "on_their_way": world.bling.webhooks.pending > 0,
        "later": any(company.has_more_to_tell for company in companies),
        "events": world.bitrix24.is_telling,
    }


@delete("/webhooks", status_code=200, sync_to_thread=False)
def clear_webhooks(world: World) -> dict[str, bool]:
    """Webhooks as usual again."""
    world.bling.webhooks.switch(Mode.ON, None)
    world.stripe.webhooks.mode = Mode.ON
    return DONE


@post("/limits", status_code=200, sync_to_thread=False)
def set_limits(data: sent.LimitsOrder, world: World) -> dict[str, bool]:
    """Switch the vendors' limits, set the cost of a Bitrix24 call."""
    if data.operating_cost_s is not None:
        world.switches.operating_cost_s = data.operating_cost_s
    if data.enforce is not None:
        world.switches.set_enforce(data.enforce)
    return DONE


@post("/framing", status_code=200, sync_to_thread=False)
def set_framing(data: sent.FramingOrder, world: World) -> dict[str, bool]:
    """Whether Bling's consent page may stand in another site's frame."""
    world.switches.bling_framed = data.bling
    return DONE


@post("/inventory", status_code=200, sync_to_thread=False)
def set_inventory(data: sent.InventoryOrder, world: World) -> dict[str, bool]:
    """Whether a portal keeps its stock by documents."""
    portal = world.bitrix24.by_member_id.get(data.member_id)
    if portal is None:
        raise NotFoundException(f"no portal {data.member_id}")
    portal.inventory.enabled = data.enabled
    return DONE


@get("/clock", sync_to_thread=False)
def get_clock(world: World) -> dict[str, Any]:
    """How far the sandbox's clock is ahead of the real one."""
    return {"offset_s": world.clock.offset, "now": rfc3339(world.clock.now())}


@post("/clock", status_code=200, sync_to_thread=False)
def advance_clock(data: sent.ClockOrder, world: World) -> dict[str, Any]:
    """Move the sandbox's clock forward."""
    world.clock.advance(data.advance_s)
    return {"offset_s": world.clock.offset, "now": rfc3339(world.clock.now())}


@post("/seed", status_code=200)
async def seed(data: sent.SeedOrder, world: World) -> dict[str, list[int]]:
    """Simple active products, customers and today's orders; sends webhooks unless they are off."""
    amounts = Amounts(data.products, data.orders, data.customers, data.seed)
    return await sow(_company(world, data.tenant), amounts)


@post("/notes", status_code=200, sync_to_thread=False)
def act_on_note(data: sent.NoteOrder, world: World) -> dict[str, Any]:
    """Authorise, reject, print or cancel a note; its present body."""
    try:
        return dict(_company(world, data.tenant).notes_of(data.note).act(data.note, data.act))
    except BlingError as refusal:
        raise HTTPException(str(refusal.error), status_code=refusal.status) from None


@get("/dump", sync_to_thread=False)
def get_dump(world: World, provider: Literal["bling", "bitrix24"], tenant: str) -> dict[str, Any]:
    """A tenant's records as the vendor's `get` answers them."""
    if provider == "bling":
        return dump(world.bling, _company(world, tenant))
    return dict(world.bitrix24.dump(_member_id(world, tenant)))


def _company(world: World, name: str | None) -> Company:
    company = world.bling.company(name) if name else None
    if company is None:
        raise NotFoundException(f"no Bling company is called {name!r}")
    return company


def _member_id(world: World, name: str | None) -> str:
    tenant = world.tenants.find(name)
    member_id = tenant.member_id if tenant else name
    if member_id is None or all(member_id != portal["member_id"] for portal in world.bitrix24.portals()):
        raise NotFoundException(f"no portal is called {name!r}")
    return member_id


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise HTTPException(f"since: {text!r} is no time", status_code=422) from None
