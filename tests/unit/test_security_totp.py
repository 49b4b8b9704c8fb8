"""One-time codes: RFC 6238's own test vectors (cut to six digits), neighbours, and what an app reads."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from connector.security import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert totp.code_at(SECRET, _at(seconds)) == code
    assert totp.step_of(SECRET, code, _at(seconds)) == seconds // 30


@pytest.mark.parametrize(("late", "taken"), [(-31, True), (29, True), (30, True), (-91, False), (91, False)])
def test_neighbours_are_taken_and_no_others(late: int, taken: bool) -> None:
    assert (totp.step_of(SECRET, "081804", _at(1111111109 + late)) is not None) is taken


@pytest.mark.parametrize("typed", ["", "08180", "0818040", "abcdef", "٠٨١٨٠٤"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert totp.step_of(SECRET, typed, _at(1111111109)) is None


def test_blanks_are_forgiven() -> None:
    assert totp.step_of(SECRET, " 081 804 ", _at(1111111109)) is not None


def test_an_app_can_read_the_address() -> None:
    secret = totp.new_secret()
    assert len(base64.b32decode(secret)) == 20
    found = totp.uri(secret, "diego@ponte.example")
    assert found.startswith("otpauth://totp/Ponte:diego%40ponte.example?")
    assert f"secret={secret}" in found
    assert "issuer=Ponte" in found
