"""The account itself, its webhook endpoints and its events."""

from __future__ import annotations

from typing import Any

from sandbox.stripe import shapes
from sandbox.stripe.errors import invalid
from sandbox.stripe.ids import new_id
from sandbox.stripe.params import merged
from sandbox.stripe.reading import Call, page, same
from sandbox.stripe.shelves import Body


def create_endpoint(call: Call) -> Body:
    """`POST /v1/webhook_endpoints`: the only answer that shows the secret."""
    params, state = call.params, call.state
    url, events = params.needed("url"), params.texts("enabled_events")
    if not events:
        raise invalid("Missing required param: enabled_events.", "enabled_events", "parameter_missing")
    version = params.text("api_version") or shapes.API_VERSION
    body = shapes.webhook_endpoint(_checked(url), events, version, state.now)
    body |= {"description": params.text("description"), "metadata": merged({}, params.metadata())}
    params.flag("connect")
    params.done()
    secret = new_id("whsec", 32)
    state.secrets[body["id"]] = secret
    return {**state.add(body), "secret": secret}


def update_endpoint(call: Call) -> Body:
    """`POST /v1/webhook_endpoints/{id}`."""
    body = call.state.shelf("webhook_endpoint").get(call.ids[0])
    fields: dict[str, Any] = {}
    if (url := call.params.text("url")) is not None:
        fields["url"] = _checked(url)
    if events := call.params.texts("enabled_events"):
        fields["enabled_events"] = events
    if (disabled := call.params.flag("disabled")) is not None:
        fields["status"] = "disabled" if disabled else "enabled"
    if "description" in call.params:
        fields["description"] = call.params.text("description")
    if "metadata" in call.params:
        fields["metadata"] = merged(body["metadata"], call.params.metadata())
    call.params.done()
    body |= fields
    return body


def delete_endpoint(call: Call) -> Body:
    """`DELETE /v1/webhook_endpoints/{id}`."""
    call.params.done()
    body = call.state.shelf("webhook_endpoint").get(call.ids[0])
    call.state.shelf("webhook_endpoint").drop(body["id"])
    return {"id": body["id"], "object": "webhook_endpoint", "deleted": True}


def list_endpoints(call: Call) -> Body:
    """`GET /v1/webhook_endpoints`."""
    return page(call, call.state.shelf("webhook_endpoint"))


def list_events(call: Call) -> Body:
    """`GET /v1/events`; `type` may end in `.*`."""
    kinds = call.params.texts("types")
    if (kind := call.params.text("type")) is not None:
        kinds = [*kinds, kind]
    rows = [row for row in call.state.shelf("event") if not kinds or _is_of(row["type"], kinds)]
    return page(call, rows)


def get_account(call: Call) -> Body:
    """`GET /v1/account`."""
    call.params.done()
    return {
        "id": "acct_sandboxOfPonte",
        "object": "account",
        "business_type": "company",
        "charges_enabled": True,
        "country": "BR",
        "default_currency": "brl",
        "details_submitted": True,
        "email": "conta@ponte.example",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": "Ponte", "timezone": "America/Sao_Paulo"}},
        "type": "standard",
    }


def get_balance(call: Call) -> Body:
    """`GET /v1/balance`."""
    call.params.done()
    paid = sum(one["amount_paid"] for one in same(call, call.state.shelf("invoice")))
    amount = {"amount": paid, "currency": "brl", "source_types": {"card": paid}}
    return {"object": "balance", "available": [amount], "livemode": False, "pending": []}


def _checked(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise invalid("Invalid URL: URL must be absolute and begin with http or https", "url", "url_invalid")
    return url


def _is_of(kind: str, wanted: list[str]) -> bool:
    return any(kind == one or (one.endswith(".*") and kind.startswith(one[:-1])) for one in wanted)
