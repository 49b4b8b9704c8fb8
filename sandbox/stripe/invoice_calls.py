"""Invoices and what was tried to get them paid."""

from __future__ import annotations

from sandbox.stripe import collection, invoices, methods
from sandbox.stripe.errors import declined, invalid
from sandbox.stripe.reading import Call, page, same
from sandbox.stripe.shelves import Body


def list_invoices(call: Call) -> Body:
    """`GET /v1/invoices`."""
    rows = same(call, call.state.shelf("invoice"), "customer", "status", "collection_method")
    wanted = call.params.text("subscription")
    fits = [row for row in rows if wanted in (None, invoices.subscription_of(call.state, row)["id"])]
    return page(call, fits)


def list_lines(call: Call) -> Body:
    """`GET /v1/invoices/{id}/lines`."""
    return page(call, call.state.shelf("invoice").get(call.ids[0])["lines"]["data"])


def pay_invoice(call: Call) -> Body:
    """`POST /v1/invoices/{id}/pay`; a declined card is 402."""
    state = call.state
    invoice = state.shelf("invoice").get(call.ids[0])
    name = call.params.text("payment_method")
    call.params.flag("off_session")
    call.params.done()
    if invoice["status"] == "draft":
        invoices.finalise(state, invoice)
    invoices.must_be_open(invoice)
    method = methods.named(state, name, "payment_method")["id"] if name else None
    refusal = collection.attempt(state, invoice, method)
    if refusal is collection.NO_METHOD:
        raise invalid(refusal.message, "payment_method", "invoice_no_payment_method_types")
    if refusal is not None:
        raise declined(refusal.code, refusal.message)
    return invoice


def finalise_invoice(call: Call) -> Body:
    """`POST /v1/invoices/{id}/finalize`; charges it too, unless `auto_advance=false`."""
    invoice = call.state.shelf("invoice").get(call.ids[0])
    advance = call.params.flag("auto_advance")
    call.params.done()
    if invoice["status"] != "draft":
        raise invalid("This invoice is already finalized, you can't re-finalize it.")
    if advance is False:
        invoice["auto_advance"] = False
        invoices.finalise(call.state, invoice)
    else:
        collection.collect(call.state, invoice)
    return invoice


def void_invoice(call: Call) -> Body:
    """`POST /v1/invoices/{id}/void`."""
    return _end(call, "void")


def give_up_invoice(call: Call) -> Body:
    """`POST /v1/invoices/{id}/mark_uncollectible`."""
    return _end(call, "uncollectible")


def list_payments(call: Call) -> Body:
    """`GET /v1/invoice_payments`."""
    return page(call, same(call, call.state.shelf("invoice_payment"), "invoice", "status"))


def list_intents(call: Call) -> Body:
    """`GET /v1/payment_intents`."""
    return page(call, same(call, call.state.shelf("payment_intent"), "customer"))


def _end(call: Call, status: str) -> Body:
    call.params.done()
    invoice = call.state.shelf("invoice").get(call.ids[0])
    invoices.end_unpaid(call.state, invoice, status)
    return invoice
