"""Bitrix24's refusals are classified by status and content type before anything is decoded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from connector.bitrix24.errors import Failure, of_failure, of_reply
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
CLOUD = "https://acme.bitrix24.com.br/rest/"


def answer(status: int, body: object, content_type: str = "application/json; charset=utf-8") -> Reply:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Reply(UUID(int=1), NOW, 5, status, content_type, raw)


def error(
    status: int, code: object, text: str = "text", method: str = "catalog.product.update"
) -> VendorError:
    return of_reply(answer(status, {"error": code, "error_description": text}), method, CLOUD)


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [
        (401, "expired_token", ConnectionState.NEEDS_RECONNECT),
        (401, "NO_AUTH_FOUND", ConnectionState.NEEDS_RECONNECT),
        (403, "insufficient_scope", ConnectionState.SCOPE_MISSING),
        (403, "INVALID_CREDENTIALS", ConnectionState.NEEDS_RECONNECT),
        (403, "ACCESS_DENIED", ConnectionState.NEEDS_RECONNECT),
        (403, "user_access_error", ConnectionState.NEEDS_RECONNECT),
        (400, 200040300010, ConnectionState.NEEDS_RECONNECT),
        (500, "PORTAL_DELETED", ConnectionState.UNINSTALLED),
    ],
)
def test_broken_connections(status: int, code: object, state: ConnectionState) -> None:
    found = error(status, code)
    assert isinstance(found, Disconnected)
    assert found.state is state


def test_a_closed_self_hosted_portal_is_not_gone() -> None:
    found = of_failure(Failure("PORTAL_DELETED", "x"), 500, "batch", NOW, "https://crm.acme.com.br/rest/")
    assert isinstance(found, Disconnected)
    assert found.state is ConnectionState.NEEDS_RECONNECT


def test_the_text_alone_may_deny_access() -> None:
    assert isinstance(error(400, 0, "Access Denied"), Disconnected)
    assert isinstance(error(400, 0, "Access denied to section 5 by rule"), Rejected)


def test_limits() -> None:
    assert error(503, "QUERY_LIMIT_EXCEEDED").code == "QUERY_LIMIT_EXCEEDED"
    blocked = error(503, "OVERLOAD_LIMIT")
    assert isinstance(blocked, Throttled)
    assert blocked.until > NOW + timedelta(minutes=10)
    assert isinstance(error(429, "OPERATION_TIME_LIMIT"), Throttled)


@pytest.mark.parametrize("text", ["product does not exist.", "Price is not exists", "Element not found"])
def test_a_missing_record_is_gone_only_where_one_is_named(text: str) -> None:
    assert isinstance(error(400, 0, text), Gone)
    added = error(400, 0, text, "catalog.product.offer.add")
    assert type(added) is Rejected


def test_a_refusal_keeps_the_vendors_text() -> None:
    found = error(400, "0", "Required fields: name")
    assert type(found) is Rejected
    assert (found.text, found.code) == ("Required fields: name", "")


def test_a_method_that_does_not_exist_is_no_missing_record() -> None:
    assert type(error(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")) is Rejected


@pytest.mark.parametrize("code", ["INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER", "SOMETHING_NEW"])
def test_5xx_leave_the_outcome_unknown(code: str) -> None:
    found = error(500, code)
    assert isinstance(found, Transient)
    assert found.unknown


@pytest.mark.parametrize(("status", "unknown"), [(502, True), (200, True), (404, False), (403, False)])
def test_pages_of_html_are_transient(status: int, unknown: bool) -> None:
    found = of_reply(answer(status, b"<html>Bad Gateway</html>", "text/html"), "batch", CLOUD)
    assert isinstance(found, Transient)
    assert found.unknown is unknown


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 20_000, b"\xff"])
def test_broken_json_is_transient(body: bytes) -> None:
    assert isinstance(of_reply(answer(500, body), "batch", CLOUD), Transient)


@pytest.mark.parametrize(
    ("method", "code", "text"),
    [
        ("crm.item.update", "NOT_FOUND", "Elemento não existe"),
        ("crm.item.get", "NOT_FOUND", "Элемент не существует"),
        ("crm.item.delete", "NOT_FOUND", "Element not found"),
        ("crm.item.productrow.set", "OWNER_NOT_FOUND", "Owner was not found"),
        ("crm.timeline.comment.add", "NOT_FOUND", "Not found."),
        ("crm.requisite.update", "", "The Requisite with ID '7' is not found"),
    ],
)
def test_a_deleted_deal_is_gone_in_any_language(method: str, code: str, text: str) -> None:
    assert isinstance(of_failure(Failure(code, text), 200, method, NOW), Gone)
    assert isinstance(error(400, code, text, method), Gone)


@pytest.mark.parametrize(
    ("method", "code", "text"),
    [
        ("crm.item.add", "NOT_FOUND", "Smart process not found"),
        ("crm.item.add", "CRM_FIELD_ERROR_REQUIRED", 'O campo "Origem da venda" é obrigatório'),
        ("crm.item.update", "CRM_FIELD_ERROR_VALUE_NOT_VALID", "Invalid value of field 'stageId'"),
        ("crm.item.list", "INVALID_ARG_VALUE", "Invalid filter: field 'x' is not allowed in filter"),
        ("crm.requisite.add", "", "ENTITY_ID is not defined or invalid."),
        ("userfieldconfig.add", "0", "O campo UF_CRM_DEAL_X já existe."),
        ("crm.item.add", "NEVER_HEARD_OF", "some words"),
    ],
)
def test_what_the_crm_refuses_is_shown_in_its_words(method: str, code: str, text: str) -> None:
    found = of_failure(Failure(code, text), 200, method, NOW)
    assert type(found) is Rejected
    assert found.text == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ACCESS_DENIED", "Acesso negado"),
        (0, "Access denied."),
        ("", "Access denied!"),
        ("0", "Access denied"),
    ],
)
def test_the_crms_denials_break_the_connection(code: object, text: str) -> None:
    """The connection is an administrator's, whom the CRM denies nothing."""
    found = of_failure(Failure(code, text), 200, "crm.requisite.list", NOW)
    assert isinstance(found, Disconnected)
    assert found.state is ConnectionState.NEEDS_RECONNECT


def test_line_breaks_of_html_are_no_words() -> None:
    found = of_failure(
        Failure("ERROR_CORE", "Campo A vazio<br>\nCampo B vazio<br />"), 200, "crm.item.add", NOW
    )
    assert found.text == "Campo A vazio Campo B vazio"
