"""`ponte operator add`: the only way into the operator's house."""

from __future__ import annotations

import asyncio
import re
import sys

import msgspec
import pytest

from connector.account import operators
from connector.account.clock import now
from connector.account.signin import SignedIn
from connector.security import totp
from connector.security.vault import Vault
from connector.settings import Settings, to_environment
from connector.store.scope import Database

EMAIL = "diego@ponte.example"


async def _add(settings: Settings, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ponte", "operator", *arguments),
        env=to_environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def _told(text: str, name: str) -> str:
    found = re.search(rf"^  {name} +(\S+)$", text, re.MULTILINE)
    assert found is not None, text
    return found.group(1)


async def test_what_it_prints_opens_the_house(settings: Settings) -> None:
    code, out, _ = await _add(settings, "add", EMAIL.upper())
    assert code == 0
    password, secret = _told(out, "password"), _told(out, "secret")
    assert f"secret={secret}" in _told(out, "app")
    database = await Database.open(settings.database_url, 2)
    vault = Vault.from_setting(settings.vault_keys)
    try:
        at = now()
        entered = await operators.sign_in(database, vault, EMAIL, password, totp.code_at(secret, at), at)
    finally:
        await database.close()
    assert isinstance(entered, SignedIn)


async def test_a_second_time_makes_new_secrets(settings: Settings) -> None:
    _, first, _ = await _add(settings, "add", EMAIL)
    code, again, _ = await _add(settings, "add", EMAIL)
    assert code == 0
    assert "has new secrets" in again
    assert _told(first, "password") != _told(again, "password")
    assert _told(first, "secret") != _told(again, "secret")


@pytest.mark.parametrize("email", ["", "diego", "diego@ponte", "a b@ponte.example"])
async def test_what_is_no_address_is_named(settings: Settings, email: str) -> None:
    code, out, err = await _add(settings, "add", email)
    assert (code, out) == (1, "")
    assert "is no e-mail address" in err


async def test_without_an_order_it_says_which_there_are(settings: Settings) -> None:
    code, _, err = await _add(settings)
    assert code == 2
    assert "ORDER" in err


async def test_without_a_database_it_says_so(settings: Settings) -> None:
    away = msgspec.structs.replace(settings, database_url="postgresql://ponte@127.0.0.1:9/ponte")
    code, _, err = await _add(away, "add", EMAIL)
    assert code == 1
    assert "look at DATABASE_URL" in err
