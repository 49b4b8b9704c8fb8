"""Bling's webhooks: whose they are, what they say, and the strange ones that must not be lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.bling.webhook import (
    About,
    Envelope,
    Unreadable,
    Unsupported,
    decode,
    moment,
    signature,
    signature_ok,
    what,
)
from connector.domain.events import Action, Kind


def message(event: str = "product.updated", data: object = None, **more: object) -> bytes:
    body = {
        "eventId": "01945027-150e-72b4-e7cf-4943a042cd01",
        "date": "2025-01-10T12:18:46Z",
        "version": "v1",
        "event": event,
        "companyId": "d4475854366a36c86a37e792f9634a51",
        "data": {"id": 16842381890} if data is None else data,
        **more,
    }
    return json.dumps(body, ensure_ascii=False).encode()


def envelope(event: str = "product.updated", data: object = None) -> Envelope:
    found = decode(message(event, data))
    assert isinstance(found, Envelope)
    return found


def test_the_signature_is_over_the_raw_bytes() -> None:
    body = message()
    header = signature("secret", body)
    assert header.startswith("sha256=")
    assert signature_ok("secret", body, header)
    assert signature_ok("secret", body, header.encode())
    assert not signature_ok("secret", body + b" ", header)
    assert not signature_ok("other", body, header)


@pytest.mark.parametrize("header", [None, "", "sha256=", "sha256=é", b"\xff"])
def test_strange_signatures_are_wrong(header: str | bytes | None) -> None:
    assert not signature_ok("secret", b"{}", header)


def test_no_secret_signs_nothing() -> None:
    assert not signature_ok("", b"{}", signature("", b"{}"))


def test_data_is_kept_raw() -> None:
    found = envelope(data={"id": 1, "preco": 4.990})
    assert msgspec.json.decode(found.data) == {"id": 1, "preco": 4.99}
    assert found.companyId == "d4475854366a36c86a37e792f9634a51"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe", "not_utf8"),
        (b"[]", "not_an_envelope"),
        (b"{}", "not_an_envelope"),
        (message(eventId=""), "no_event_id"),
        (message(companyId=""), "no_company_id"),
        (message(eventId="x" * 129), "id_too_long"),
        (message(data={"nome": "a\0b"}).replace(b"\\u0000", b"\0"), "not_json"),
        (message(data={"nome": "a\0b"}), "nul"),
        (message(eventId="a\0b"), "nul"),
        (message(data=[]).replace(b"[]", b"[" * 20_000 + b"]" * 20_000), "too_deep"),
    ],
)
def test_what_cannot_be_a_row_says_why(body: bytes, reason: str) -> None:
    found = decode(body)
    assert isinstance(found, Unreadable)
    assert found.reason.startswith(reason)


@pytest.mark.parametrize("half", [b"\\ud800", b"\\udc00", b"x\\uD83Dx", b"\\udc00\\ud800"])
def test_half_a_character_is_unreadable(half: bytes) -> None:
    assert isinstance(decode(message(data={"nome": "@"}).replace(b"@", half)), Unreadable)
    assert isinstance(decode(message(eventId="@").replace(b"@", half)), Unreadable)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: message(data={"nome": text})))
def test_decoding_never_raises_and_rows_are_writable(body: bytes) -> None:
    found = decode(body)
    if isinstance(found, Envelope):
        assert b"\0" not in body
        msgspec.json.encode(msgspec.json.decode(found.data))


@pytest.mark.parametrize(
    ("event", "data", "about"),
    [
        ("product.created", {"id": 5}, About(Kind.PRODUCT, Action.CREATED, 5)),
        ("product.deleted", {"id": 5}, About(Kind.PRODUCT, Action.DELETED, 5)),
        ("order.updated", {"id": 16842381890}, About(Kind.ORDER, Action.UPDATED, 16842381890)),
        ("invoice.created", {"id": 6}, About(Kind.SALE, Action.CREATED, 6)),
        ("consumer_invoice.updated", {"id": "7"}, About(Kind.SALE, Action.UPDATED, 7)),
        ("stock.created", {"produto": {"id": 8}, "operacao": "E"}, About(Kind.STOCK, Action.UPDATED, 8)),
        ("stock.deleted", {"produto": {"id": 8}}, About(Kind.STOCK, Action.UPDATED, 8)),
        ("virtual_stock.updated", {"produto": {"id": 9}}, About(Kind.STOCK, Action.UPDATED, 9)),
    ],
)
def test_which_record_a_message_is_about(event: str, data: object, about: About) -> None:
    assert what(envelope(event, data)) == about


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("product_supplier.updated", {"id": 1, "produto": {"id": 2}}),
        ("product.exploded", {"id": 1}),
        ("product", {"id": 1}),
        ("", {"id": 1}),
        ("product.updated", {}),
        ("product.updated", {"id": 0}),
        ("product.updated", {"id": None}),
        ("product.updated", {"id": "x"}),
        ("product.updated", {"id": 2**70}),
        ("product.updated", [1]),
        ("stock.updated", {"id": 3}),
    ],
)
def test_what_does_not_sync_is_unsupported(event: str, data: object) -> None:
    assert isinstance(what(envelope(event, data)), Unsupported)


def test_both_forms_of_date() -> None:
    at = datetime(2025, 1, 10, 12, 18, 46, tzinfo=UTC)
    assert moment("2025-01-10T12:18:46Z") == (at, False)
    assert moment("2025-01-10T09:18:46-03:00") == (at, False)
    assert moment("2025-01-10 12:18:46") == (at, True)


@pytest.mark.parametrize(
    "date", ["", "0000-00-00", "0000-00-00 00:00:00", "ontem", "0001-01-01T00:00:00+14:00"]
)
def test_other_dates_are_none(date: str) -> None:
    assert moment(date) is None
