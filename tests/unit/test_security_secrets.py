"""Passwords, tokens and signatures."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher

from connector.security.passwords import hash_password, is_outdated, is_password
from connector.security.signature import hmac_sha256_hex, same
from connector.security.tokens import new_token, token_hash


async def test_the_right_password_is_taken_and_another_is_not() -> None:
    kept = await hash_password("pão de queijo")
    assert await is_password(kept, "pão de queijo")
    assert not await is_password(kept, "pao de queijo")


async def test_the_password_cannot_be_read_from_its_hash() -> None:
    assert "segredo" not in await hash_password("segredo")


async def test_an_unknown_person_has_no_right_password() -> None:
    assert not await is_password(None, "segredo")


async def test_a_hash_that_is_none_matches_nothing() -> None:
    assert not await is_password("not a hash", "segredo")


async def test_hashing_leaves_the_loop_free() -> None:
    hashing = asyncio.create_task(hash_password("segredo"))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10


async def test_a_weaker_hash_is_outdated() -> None:
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=1024).hash("segredo"))
    assert not is_outdated(await hash_password("segredo"))


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {new_token("pk_") for _ in range(100)}
    assert len(tokens) == 100
    assert all(token.startswith("pk_") and len(token) >= 43 for token in tokens)


def test_a_token_is_found_by_its_hash_alone() -> None:
    assert token_hash("token") == token_hash("token") != token_hash("Token")
    assert b"token" not in token_hash("token")


# RFC 4231, test case 2.
RFC_SIGNATURE = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_the_signature_is_the_standard_one() -> None:
    assert hmac_sha256_hex("Jefe", b"what do ya want for nothing?") == RFC_SIGNATURE


def test_secrets_are_the_same_only_when_equal() -> None:
    assert same("ação", "ação")
    assert not same("ação", "acao")
