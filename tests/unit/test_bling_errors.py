"""Bling's refusals in Ponte's words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from connector.bling import errors
from connector.domain.vendor import (
    ConnectionState,
    Disconnected,
    Gone,
    Rejected,
    Throttled,
    Transient,
    VendorError,
)
from connector.wire import Reply

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def reply(status: int, body: object, content_type: str = "application/json") -> Reply:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Reply(UUID(int=1), NOW, 5, status, content_type, raw)


def error(
    status: int, kind: str, text: str = "text", path: str = "/produtos/5", **more: object
) -> VendorError:
    body = {"error": {"type": kind, "message": kind, "description": text, **more}}
    return errors.of_reply(reply(status, body), path)


def test_the_deepest_field_is_what_a_person_reads() -> None:
    inner = {"index": 1, "code": 12, "msg": "Id da forma de pagamento inválido.", "element": "formaPagamento"}
    outer = {"code": 49, "msg": "Parcelas com erros", "element": "parcelas", "collection": [inner]}
    found = error(400, "VALIDATION_ERROR", fields=[outer])
    assert type(found) is Rejected
    assert found.text == "formaPagamento: Id da forma de pagamento inválido.; parcelas: Parcelas com erros"
    assert found.code == "12"


def test_without_fields_the_description_is() -> None:
    found = error(400, "UNKNOWN_ERROR", "Ocorreu um erro inesperado.")
    assert (found.text, found.code) == ("Ocorreu um erro inesperado.", "UNKNOWN_ERROR")


def test_an_order_code_can_be_matched() -> None:
    assert error(400, "VALIDATION_ERROR", fields=[{"code": 3, "msg": "idênticas", "element": ""}]).code == "3"


@pytest.mark.parametrize(
    ("status", "kind", "text", "state"),
    [
        (401, "invalid_token", "expired", ConnectionState.NEEDS_RECONNECT),
        (401, "UNAUTHENTICATED", "", ConnectionState.NEEDS_RECONNECT),
        (401, "UNAUTHORIZED_ERROR", "A empresa vinculada ao token esta inativa.", ConnectionState.INACTIVE),
        (403, "insufficient_scope", "higher privileges", ConnectionState.SCOPE_MISSING),
        (403, "FORBIDDEN", "O acesso ao recurso foi negado.", ConnectionState.SCOPE_MISSING),
    ],
)
def test_broken_connections(status: int, kind: str, text: str, state: ConnectionState) -> None:
    found = error(status, kind, text)
    assert isinstance(found, Disconnected)
    assert found.state is state


def test_a_missing_scope_is_named_by_its_resource() -> None:
    assert error(403, "insufficient_scope", "x", "/pedidos/vendas/1").text.startswith("pedidos: ")


@pytest.mark.parametrize(("status", "kind"), [(403, "FORBIDDEN"), (429, "TOO_MANY_REQUESTS")])
def test_a_blocked_address_is_no_accounts_fault(status: int, kind: str) -> None:
    found = error(status, kind, "O IP foi bloqueado temporariamente por exceder o limite.")
    assert isinstance(found, Throttled)
    assert (found.code, found.until) == (errors.ADDRESS, NOW + timedelta(minutes=10))


def test_a_page_in_place_of_a_refusal_pauses_its_caller_only() -> None:
    found = errors.of_reply(reply(403, b"<html></html>", "text/html"), "/produtos")
    assert isinstance(found, Throttled)
    assert found.code != errors.ADDRESS


def test_the_days_limit_waits_for_the_next_day_in_brazil() -> None:
    found = error(429, "TOO_MANY_REQUESTS", period="day")
    assert isinstance(found, Throttled)
    assert found.until == datetime(2026, 11, 24, 3, 5, tzinfo=UTC)
    late = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    assert errors.next_day(late) == datetime(2026, 11, 24, 3, 5, tzinfo=UTC)


def test_the_seconds_limit_is_short() -> None:
    found = error(429, "TOO_MANY_REQUESTS", period="second")
    assert isinstance(found, Throttled)
    assert (found.code, found.until) == (errors.SECOND, NOW + timedelta(seconds=2))


def test_gone_transient_and_our_own_mistakes() -> None:
    assert isinstance(error(404, "RESOURCE_NOT_FOUND"), Gone)
    assert isinstance(error(500, "SERVER_ERROR"), Transient)
    assert type(error(405, "METHOD_NOT_ALLOWED")) is Rejected
    assert type(error(501, "NOT_IMPLEMENTED")) is Rejected


@pytest.mark.parametrize("status", [200, 404, 500, 502])
def test_pages_of_html_are_transient(status: int) -> None:
    assert isinstance(errors.of_reply(reply(status, b"<html></html>", "text/html"), "/produtos"), Transient)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"error": "x"}', b'{"error": {"fields": "x"}}', b"{"])
def test_bodies_of_another_form_do_not_break(body: bytes) -> None:
    assert isinstance(errors.of_reply(reply(500, body), "/produtos"), Transient)
