"""The right to sync, and paying for it: `/licence`."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get, post
from litestar.params import Body

from connector.account.billing import NotSetUp
from connector.account.licence import Right, right_of
from connector.domain.plans import PLANS
from connector.domain.vendor import Rejected, VendorError
from server.api.access import Calling
from server.api.paging import optional_moment
from server.api.schemas import CheckoutOpened, LicenceShown, LimitsShown
from server.parts import Used
from server.problems import Conflict, FieldError, Invalid, NotFound, Unavailable

WhichPlan = Annotated[
    dict[str, Any], Body(description='{"lookup_key": "essencial" | "profissional" | "escala"}')
]
LOOKUP_KEY = "lookup_key"


@get("/licence")
async def get_licence(parts: Used, caller: Calling) -> LicenceShown:
    """The right to sync and how much of it is used."""
    async with parts.database.tenant(caller.tenant_id):
        right = await right_of(caller.tenant_id, parts.clock.business_now())
    if right is None:
        raise NotFound("there is no licence yet")
    return shown(right)


@post("/licence/checkout", status_code=200)
async def open_checkout(parts: Used, caller: Calling, data: WhichPlan) -> CheckoutOpened:
    """Where to subscribe to a plan; with a subscription, where to look after it. Nothing changes by this."""
    lookup_key = _checked(data)
    try:
        url = await parts.billing.checkout(caller.tenant_id, lookup_key, caller.actor, "pt")
    except NotSetUp as error:
        raise Conflict("billing_not_set_up", "this installation takes no payments") from error
    except Rejected as error:
        raise Conflict(error.code or "refused", error.text) from error
    except VendorError as error:
        raise Unavailable(error.text) from error
    return CheckoutOpened(url=url)


def shown(right: Right) -> LicenceShown:
    """As the contract words it."""
    licence, plan = right.licence, right.plan
    return LicenceShown(
        state=licence.state,
        plan=licence.plan,
        source=licence.source,
        ends_at=optional_moment(licence.ends_at),
        usage=right.used,
        limits=LimitsShown(
            accounts=plan.accounts,
            synced_per_month=plan.synced_per_month,
            log_days=plan.log_days,
            people=plan.people,
        ),
    )


def _checked(data: dict[str, Any]) -> str:
    errors = [
        FieldError(field=name, code="unknown", message=f"there is no field {name}")
        for name in data
        if name != LOOKUP_KEY
    ]
    given = data.get(LOOKUP_KEY)
    if not isinstance(given, str) or given not in PLANS:
        message = f"lookup_key is one of {', '.join(PLANS)}"
        errors.append(FieldError(field=LOOKUP_KEY, code="choice", message=message))
    if errors:
        raise Invalid(*errors)
    return str(given)
