"""`/control/stripe`: what banks, settings and Stripe itself do without Ponte asking."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Router, post
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from msgspec import Meta

from sandbox.core.world import World
from sandbox.stripe.cards import Nature
from sandbox.stripe.methods import of_customer
from sandbox.stripe.owners import owner_of_customer
from sandbox.stripe.shapes import API_VERSION
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import Habits

Days = Annotated[int, Meta(ge=0, le=365)]


class HabitsOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/stripe/habits`: the account's settings; an absent one stays as it is."""

    retry_days: tuple[Days, ...] | None = None
    after_retries: Literal["unpaid", "cancel", "past_due"] | None = None
    draft_s: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    boleto_days: Days | None = None


class CardsOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/stripe/cards`: how all cards of a customer (its id, or Ponte's tenant) behave now."""

    customer: str
    nature: Nature


class StatusOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/stripe/status`: any word, also one that no document knows."""

    subscription: str
    status: Annotated[str, Meta(min_length=1)]


class EventOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/stripe/events`: a new event of any `type` about an object, as of any API version."""

    object: str
    type: str
    api_version: str = API_VERSION


class AgainOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/stripe/again`: an event that was sent before, with its copy as it was then."""

    event: str


def routes(world: World) -> list[Router]:
    """Everything under `/control/stripe`."""
    provide = Provide(lambda: world, sync_to_thread=False)
    handlers = [set_habits, set_cards, set_status, tell_event, send_again]
    return [Router("/control/stripe", route_handlers=handlers, dependencies={"world": provide})]


@post("/habits", status_code=200, sync_to_thread=False)
def set_habits(data: HabitsOrder, world: World) -> Habits:
    """Change the account's settings from now on."""
    sent = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not None}
    world.stripe.habits = msgspec.structs.replace(world.stripe.habits, **sent)
    return world.stripe.habits


@post("/cards", status_code=200, sync_to_thread=False)
def set_cards(data: CardsOrder, world: World) -> dict[str, list[str]]:
    """Let a customer's cards begin to fail, or to pay again."""
    state, changed = world.stripe, []
    for customer in state.shelf("customer"):
        if data.customer in (customer["id"], owner_of_customer(state, customer["id"])):
            changed += [method["id"] for method in of_customer(state, customer)]
    if not changed:
        raise NotFoundException(f"no customer with a card is called {data.customer!r}")
    state.natures |= dict.fromkeys(changed, data.nature)
    return {"payment_methods": changed}


@post("/status", status_code=200, sync_to_thread=False)
def set_status(data: StatusOrder, world: World) -> dict[str, str]:
    """Put a subscription into a status without any reason; tells `customer.subscription.updated`."""
    subscription = _object(world, data.subscription, "subscription")
    world.stripe.change(subscription, "customer.subscription.updated", status=data.status)
    return {"status": data.status}


@post("/events", status_code=200, sync_to_thread=False)
def tell_event(data: EventOrder, world: World) -> dict[str, Any]:
    """Send an event that nothing has caused."""
    about = _object(world, data.object)
    return world.stripe.events.tell(data.type, about, version=data.api_version)


@post("/again", status_code=200, sync_to_thread=False)
def send_again(data: AgainOrder, world: World) -> dict[str, Any]:
    """Send an old event once more."""
    event = _object(world, data.event, "event")
    world.stripe.events.send_again(event)
    return event


def _object(world: World, object_id: str, kind: str | None = None) -> Body:
    shelves = world.stripe.shelves
    for shelf in shelves.values() if kind is None else [shelves[kind]]:
        if (found := shelf.find(object_id)) is not None:
            return found
    raise NotFoundException(f"Stripe has no {kind or 'object'} {object_id!r}")
