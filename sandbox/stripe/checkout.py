"""What Checkout does when a person pays: customer, payment method, subscription, first payment."""

from __future__ import annotations

import msgspec

from sandbox.stripe import collection, methods, shapes, subscriptions
from sandbox.stripe.calendar import DAY_S
from sandbox.stripe.cards import BOLETOS, CARDS, UNATTACHABLE, Card, card_of, refusal_of
from sandbox.stripe.shapes import NO_ADDRESS, nulls
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import StripeState


class Declined(Exception):
    """The form is shown again with this sentence; nothing was made."""


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """The form as a person sent it."""

    card: str = CARDS[0].number
    email: str = ""
    name: str = ""
    tax_id: str = ""
    promotion_code: str = ""


def offered(session: Body) -> tuple[Card, ...]:
    """The ways to pay that a session's form shows; none when nothing is due and no card is asked for."""
    return (*CARDS, *(BOLETOS if "boleto" in session["payment_method_types"] else ()))


def asks_for_card(state: StripeState, session: Body) -> bool:
    """Whether the form has a card at all."""
    trial = trial_end(state, session) is not None
    return not (trial and session["payment_method_collection"] == "if_required")


def asks_for_tax_id(state: StripeState, session: Body) -> bool:
    """Whether the form has a CPF or CNPJ: not for customers whose number is known."""
    known = (one["customer"] == session["customer"] for one in state.shelf("tax_id"))
    return bool(session["tax_id_collection"]["enabled"]) and not any(known)


def trial_end(state: StripeState, session: Body) -> int | None:
    """When the trial of a session's subscription would end if it began now."""
    terms = state.orders[session["id"]]
    if terms.trial_end is not None:
        return terms.trial_end
    return None if terms.trial_days is None else state.now + terms.trial_days * DAY_S


def pay(state: StripeState, session: Body, filled: Filled) -> str:
    """Carry a filled form out; where the person goes then. Declined if it is to be filled in again."""
    card = _checked_card(state, session, filled)
    coupon = _coupon(state, session, filled.promotion_code)
    trial = trial_end(state, session)
    customer = _customer(state, session, filled)
    method = None if card is None else methods.attach_new(state, customer, card)["id"]
    terms = state.orders[session["id"]]
    order = subscriptions.Order(
        customer=customer,
        prices=tuple((row["price"], row["quantity"]) for row in state.baskets[session["id"]]),
        metadata=terms.metadata,
        description=terms.description,
        trial_end=trial,
        without_method=terms.without_method,
        method=method,
        coupon=coupon,
    )
    subscription = subscriptions.create(state, order)
    invoice = subscriptions.first_invoice(state, subscription)
    session |= {"customer": customer["id"], "subscription": subscription["id"], "invoice": invoice["id"]}
    collection.collect(state, invoice)
    _complete(state, session, filled, invoice)
    return _success_url(session)


def expire(state: StripeState, session: Body) -> None:
    """Nobody can pay any more."""
    if session["status"] == "open":
        state.change(session, "checkout.session.expired", status="expired", url=None)


def tax_id_kind(value: str) -> str | None:
    """`br_cpf` or `br_cnpj` by the number of characters; None for anything else."""
    digits = [sign for sign in value if sign.isalnum()]
    return {11: "br_cpf", 14: "br_cnpj"}.get(len(digits))


def _checked_card(state: StripeState, session: Body, filled: Filled) -> Card | None:
    if not asks_for_card(state, session):
        return None
    card = card_of(filled.card)
    if card is None or card not in offered(session):
        raise Declined("O número do cartão não é válido. Use um dos cartões de teste.")
    charged = trial_end(state, session) is None
    if card.nature in UNATTACHABLE or (charged and refusal_of(card.nature) is not None):
        raise Declined("O cartão foi recusado. Use outro cartão.")
    if asks_for_tax_id(state, session) and filled.tax_id and tax_id_kind(filled.tax_id) is None:
        raise Declined("O CPF ou CNPJ não é válido.")
    if session["customer"] is None and "@" not in (session["customer_email"] or filled.email):
        raise Declined("Informe um e-mail.")
    return card


def _coupon(state: StripeState, session: Body, code: str) -> Body | None:
    if not code or not session["allow_promotion_codes"]:
        return None
    for one in state.shelf("promotion_code"):
        if one["active"] and one["code"].casefold() == code.strip().casefold():
            one["times_redeemed"] += 1
            return state.shelf("coupon").get(one["promotion"]["coupon"])
    raise Declined("Este código promocional não é válido.")


def _customer(state: StripeState, session: Body, filled: Filled) -> Body:
    wanted = asks_for_tax_id(state, session)
    if session["customer"] is not None:
        customer = state.shelf("customer").get(session["customer"])
        if "name" in state.orders[session["id"]].updates and filled.name:
            state.change(customer, "customer.updated", name=filled.name)
    else:
        customer = shapes.customer(state.now)
        email = session["customer_email"] or filled.email
        customer |= {"email": email, "name": filled.name or None}
        state.add(customer, "customer.created")
    kind = tax_id_kind(filled.tax_id) if wanted else None
    if kind is not None:
        made = shapes.tax_id(customer["id"], kind, filled.tax_id, state.now)
        state.add(made, "customer.tax_id.created")
    return customer


def _complete(state: StripeState, session: Body, filled: Filled, invoice: Body) -> None:
    customer = state.shelf("customer").get(session["customer"])
    waiting = invoice["status"] == "open"
    mine = [one for one in state.shelf("tax_id") if one["customer"] == customer["id"]]
    session["customer_details"] = {
        **nulls("business_name individual_name phone"),
        "address": customer["address"] or dict(NO_ADDRESS) | {"country": "BR"},
        "email": customer["email"],
        "name": filled.name or customer["name"],
        "tax_exempt": "none",
        "tax_ids": [{"type": one["type"], "value": one["value"]} for one in mine],
    }
    discount = invoice["subtotal"] - invoice["total"]
    session["total_details"] = session["total_details"] | {"amount_discount": discount}
    free = invoice["amount_due"] == 0 and not waiting
    session |= {
        "amount_subtotal": invoice["subtotal"],
        "amount_total": invoice["total"],
        "payment_status": "unpaid" if waiting else "no_payment_required" if free else "paid",
        "status": "complete",
        "url": None,
    }
    state.events.tell("checkout.session.completed", session)


def _success_url(session: Body) -> str:
    url = str(session["success_url"])
    for placeholder in ("{CHECKOUT_SESSION_ID}", "%7BCHECKOUT_SESSION_ID%7D"):
        url = url.replace(placeholder, session["id"])
    return url


def shown_amount(state: StripeState, session: Body) -> int:
    """What is due today, in cents."""
    return 0 if trial_end(state, session) is not None else int(session["amount_total"])
