"""What the tenant wants synced: `/toggles`, `/settings/order`, `/settings/reconciliation`."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get, put
from litestar.params import Body

from connector.account import drift, toggles
from connector.account.toggles import BadToggle, OnDeleted, Toggle
from connector.domain.drift import Mending
from server.api.access import Calling
from server.api.schemas import Nightly, OrderSettings
from server.parts import Used
from server.problems import FieldError, Invalid, bad_field

Changes = Annotated[dict[str, Any], Body(description="Any of the toggles, each true or false")]
OrderChoice = Annotated[dict[str, Any], Body(description='{"on_deleted": "nothing" | "lost" | "comment"}')]
NightlyChoice = Annotated[dict[str, Any], Body(description='{"mends_all": true | false}')]

ON_DELETED, MENDS_ALL = "on_deleted", "mends_all"
_CHOICES = "on_deleted is nothing, lost or comment"
_TEXTS = {"unknown": "there is no toggle {}", "boolean": "{} is true or false"}


@get("/toggles")
async def get_toggles(parts: Used, caller: Calling) -> dict[Toggle, bool]:
    """All toggles; off until ticked."""
    async with parts.database.tenant(caller.tenant_id):
        return await toggles.load(caller.tenant_id)


@put("/toggles")
async def put_toggles(parts: Used, caller: Calling, data: Changes) -> dict[Toggle, bool]:
    """Change some of them, or none if one of them cannot be changed."""
    try:
        changes = toggles.checked(data)
    except BadToggle as error:
        raise Invalid(*(_bad_toggle(name, code) for name, code in error.bad.items())) from error
    async with parts.database.tenant(caller.tenant_id):
        await toggles.change(caller.tenant_id, changes, caller.actor, parts.clock.now())
        return await toggles.load(caller.tenant_id)


@get("/settings/order")
async def get_order_settings(parts: Used, caller: Calling) -> OrderSettings:
    """The choice for deleted orders."""
    async with parts.database.tenant(caller.tenant_id):
        return OrderSettings(on_deleted=await toggles.on_deleted(caller.tenant_id))


@put("/settings/order")
async def put_order_settings(parts: Used, caller: Calling, data: OrderChoice) -> OrderSettings:
    """Make the choice for deleted orders."""
    choice = _checked_choice(data)
    async with parts.database.tenant(caller.tenant_id):
        await toggles.choose_on_deleted(caller.tenant_id, choice, caller.actor, parts.clock.now())
    return OrderSettings(on_deleted=choice)


@get("/settings/reconciliation")
async def get_nightly(parts: Used, caller: Calling) -> Nightly:
    """What a night's comparison mends without asking."""
    async with parts.database.tenant(caller.tenant_id):
        return Nightly(mends_all=await drift.mending(caller.tenant_id) is Mending.ALL)


@put("/settings/reconciliation")
async def put_nightly(parts: Used, caller: Calling, data: NightlyChoice) -> Nightly:
    """Choose it; what is deleted in Bitrix24, orphaned or double waits for a person all the same."""
    for name in data:
        if name != MENDS_ALL:
            raise bad_field(name, "unknown", f"there is no setting {name}")
    everything = data.get(MENDS_ALL)
    if not isinstance(everything, bool):
        raise bad_field(MENDS_ALL, "boolean", f"{MENDS_ALL} is true or false")
    async with parts.database.tenant(caller.tenant_id):
        await drift.choose_mending(caller.tenant_id, everything, caller.actor, parts.clock.now())
    return Nightly(mends_all=everything)


def _checked_choice(data: dict[str, Any]) -> OnDeleted:
    """The choice, if nothing else is asked for; every bad name is told."""
    errors = [
        FieldError(field=name, code="unknown", message=f"there is no setting {name}")
        for name in data
        if name != ON_DELETED
    ]
    choice = data.get(ON_DELETED)
    if not isinstance(choice, str) or choice not in set(OnDeleted):
        errors.append(FieldError(field=ON_DELETED, code="choice", message=_CHOICES))
    if errors:
        raise Invalid(*errors)
    return OnDeleted(str(choice))


def _bad_toggle(name: str, code: str) -> FieldError:
    return FieldError(field=name, code=code, message=_TEXTS[code].format(name))
