"""Checkout, the billing portal and an invoice's page for people. Not a copy of Stripe's looks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sandbox.core.http import Answer, Request
from sandbox.stripe import checkout, overview, portal
from sandbox.stripe.cards import CARDS
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import StripeState

_HERE = Path(__file__).parent


def answer(state: StripeState, request: Request, path: str) -> Answer:
    """A page of `/`, `/checkout/{id}`, `/portal/{id}[/{act}]` or `/invoice/{id}`; a sentence for no page."""
    if path == "":
        return _overview(state, request)
    kind, _, rest = path.strip("/").partition("/")
    object_id, _, act = rest.partition("/")
    doors: dict[str, tuple[str, Callable[[StripeState, Request, Body, str], Answer]]] = {
        "checkout": ("checkout.session", _checkout),
        "portal": ("billing_portal.session", _portal),
        "invoice": ("invoice", _invoice),
    }
    door = doors.get(kind)
    body = state.shelf(door[0]).find(object_id) if door else None
    if door is None or body is None:
        return _say(404, "Nada por aqui", "Este endereço não leva a nenhuma página da Stripe.")
    return door[1](state, request, body, act)


def _overview(state: StripeState, request: Request) -> Answer:
    if request.http_method == "POST":
        overview.carry_out(state, request.form)
        return _go(f"{state.base_url}/")
    rows, events = overview.rows(state), overview.events(state)
    shown = {"rows": rows, "events": events, "now": state.now, "statuses": portal.STATUSES}
    return _page("overview.html", "Stripe", 200, **shown)


def _checkout(state: StripeState, request: Request, session: Body, act: str) -> Answer:
    customer = state.shelf("customer").find(session["customer"])
    if customer is not None and "deleted" in customer:
        checkout.expire(state, session)
    match session["status"]:
        case "complete":
            return _say(409, "Já está pago", "Esta compra foi concluída. Não há mais nada a pagar aqui.")
        case "expired":
            return _say(410, "Expirou", "Esta página de pagamento expirou. Volte à Ponte e comece outra vez.")
    if request.http_method != "POST":
        return _form(state, session, checkout.Filled())
    filled = msgspec.convert(request.form, checkout.Filled)
    try:
        return _go(checkout.pay(state, session, filled))
    except checkout.Declined as refusal:
        return _form(state, session, filled, str(refusal))


def _form(state: StripeState, session: Body, filled: checkout.Filled, problem: str = "") -> Answer:
    customer = state.shelf("customer").find(session["customer"]) or {}
    return _page(
        "checkout.html",
        "Assinar a Ponte",
        402 if problem else 200,
        session=session,
        rows=state.baskets[session["id"]],
        asks_tax_id=checkout.asks_for_tax_id(state, session),
        due=checkout.shown_amount(state, session),
        trial=checkout.trial_end(state, session),
        cards=checkout.offered(session) if checkout.asks_for_card(state, session) else (),
        email=customer.get("email") or session["customer_email"] or filled.email,
        name=filled.name or customer.get("name") or "",
        filled=filled,
        problem=problem,
    )


def _portal(state: StripeState, request: Request, session: Body, act: str) -> Answer:
    if portal.is_over(state, session):
        return _say(410, "Expirou", "Este acesso ao portal expirou. Volte à Ponte e abra-o outra vez.")
    if request.http_method != "POST":
        return _portal_page(state, session)
    try:
        portal.carry_out(state, session, act, request.form)
    except portal.Refused as refusal:
        return _portal_page(state, session, str(refusal))
    return _go(session["url"])


def _portal_page(state: StripeState, session: Body, problem: str = "") -> Answer:
    return _page(
        "portal.html",
        "Sua assinatura",
        402 if problem else 200,
        session=session,
        subscriptions=portal.subscriptions_of(state, session),
        invoices=portal.invoices_of(state, session),
        plans=portal.plans(state),
        method=portal.present_method(state, session),
        statuses=portal.STATUSES,
        cards=CARDS,
        problem=problem,
    )


def _invoice(state: StripeState, request: Request, invoice: Body, act: str) -> Answer:
    problem = ""
    if request.http_method == "POST":
        try:
            portal.pay_with(state, invoice, request.form.get("card", ""))
        except portal.Refused as refusal:
            problem = str(refusal)
    title = f"Fatura {invoice['number'] or ''}".strip()
    status = 402 if problem else 200
    return _page("invoice.html", title, status, invoice=invoice, cards=CARDS, problem=problem)


def _say(status: int, title: str, text: str) -> Answer:
    return _page("said.html", title, status, text=text)


def _page(template: str, title: str, status: int, **values: Any) -> Answer:
    html = _ENVIRONMENT.get_template(template).render(title=title, **values)
    return Answer(status, html.encode(), "text/html; charset=utf-8")


def _go(url: str) -> Answer:
    return Answer(303, headers=(("location", url),))


def reais(cents: int) -> str:
    """R$ 1.234,50 for 123450."""
    return "R$ " + f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))


_ENVIRONMENT = Environment(
    loader=FileSystemLoader([_HERE / "templates", _HERE.parent / "pages" / "templates"]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)
_ENVIRONMENT.filters |= {"reais": reais, "day": portal.day}
