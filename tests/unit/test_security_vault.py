"""The vault: what goes in comes out, only with the right key and in the right place, and keys can change."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.security.vault import Vault, VaultError, key_id_of

#: Keys that are the same in each process: they stand in the tests' names, which xdist's workers compare.
OLD, NEW = (f"{name}:{base64.b64encode(name.encode().ljust(32)).decode()}" for name in ("old", "new"))


@given(st.text(), st.text())
def test_what_is_sealed_opens_again(plain: str, context: str) -> None:
    vault = Vault.from_setting(NEW)
    if any(0xD800 <= ord(letter) < 0xE000 for letter in plain + context):
        return  # no token has a lone surrogate
    assert vault.open(vault.seal(plain, context), context) == plain


def test_sealing_twice_looks_different() -> None:
    vault = Vault.from_setting(NEW)
    assert vault.seal("token") != vault.seal("token")


def test_the_sealed_value_does_not_show_the_token() -> None:
    assert b"token" not in Vault.from_setting(NEW).seal("token")


def test_the_newest_key_writes_and_all_read() -> None:
    sealed = Vault.from_setting(OLD).seal("token")
    both = Vault.from_setting(f"{NEW},{OLD}")
    assert both.open(sealed) == "token"
    assert key_id_of(both.seal("token")) == "new"


def test_the_mark_tells_what_the_newest_key_sealed() -> None:
    both = Vault.from_setting(f"{NEW}, {OLD}")
    assert not Vault.from_setting(OLD).seal("token").startswith(both.mark)
    assert both.seal("token").startswith(both.mark)
    assert (both.newest, both.key_ids) == ("new", ("new", "old"))


def test_a_lost_key_is_named() -> None:
    sealed = Vault.from_setting(OLD).seal("token")
    with pytest.raises(VaultError, match="no key old"):
        Vault.from_setting(NEW).open(sealed)


def test_a_value_moved_to_another_place_does_not_open() -> None:
    vault = Vault.from_setting(NEW)
    with pytest.raises(VaultError, match="changed"):
        vault.open(vault.seal("token", "tenant 1"), "tenant 2")


@pytest.mark.parametrize("position", range(-20, 0))
def test_a_changed_value_does_not_open(position: int) -> None:
    vault = Vault.from_setting(NEW)
    sealed = bytearray(vault.seal("token"))
    sealed[position] ^= 1
    with pytest.raises(VaultError):
        vault.open(bytes(sealed))


@pytest.mark.parametrize(
    "nonsense", [b"", b"\1", b"\2\3new", b"\1\3new", b"\1\xff" + b"x" * 40, b"plain text"]
)
def test_what_is_no_sealed_value_is_refused(nonsense: bytes) -> None:
    with pytest.raises(VaultError):
        Vault.from_setting(NEW).open(nonsense)


SHORT = base64.b64encode(b"x" * 16).decode()


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("", "no key"),
        (" , ", "no key"),
        ("nocolon", "no base64|0 bytes"),
        (":" + NEW.partition(":")[2], "key 1 needs an id"),
        ("a b:" + NEW.partition(":")[2], "key 1 needs an id"),
        ("new:!!!", "key new is no base64"),
        (f"new:{SHORT}", "key new has 16 bytes"),
        (f"{NEW},{NEW}", "new stands twice"),
    ],
)
def test_a_bad_setting_is_named_without_its_secret(setting: str, text: str) -> None:
    with pytest.raises(VaultError, match=text) as caught:
        Vault.from_setting(setting)
    assert SHORT not in str(caught.value)
