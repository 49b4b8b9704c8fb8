"""Which addresses a stranger's portal may have."""

from __future__ import annotations

import httpx
import msgspec
import pytest

from connector.bitrix24.reach import guarded, is_public, refuse_inner
from connector.domain.vendor import Rejected
from connector.settings import Settings

PRODUCTION = Settings(env="production", database_url="", redis_url="", vault_keys="")
INNER = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("224.0.0.1", "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "2002:0a00:0001::"),
    *("64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "::127.0.0.1", "::ffff:0:127.0.0.1"),
    *("fec0::1", "ff02::1", "2001:db8::1", "::"),
)


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
def test_the_worlds_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/rest/",
        "https://localhost/rest/",
        "https://[::1]/rest/",
        "https://2130706433/rest/",
        "http://8.8.8.8/rest/",
        "ftp://8.8.8.8/rest/",
        "https:///rest/",
        "https://name.invalid/rest/",
    ],
)
async def test_production_refuses_them(url: str) -> None:
    with pytest.raises(Rejected):
        await refuse_inner(url, PRODUCTION)


async def test_production_takes_a_public_one() -> None:
    await refuse_inner("https://8.8.8.8/rest/", PRODUCTION)


async def test_a_workshop_takes_its_own_machine() -> None:
    await refuse_inner("http://127.0.0.1:1/rest/", msgspec.structs.replace(PRODUCTION, env="demo"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost:9/", "https://[::1]:9/"])
async def test_a_guarded_client_does_not_connect_inside(url: str) -> None:
    async with httpx.AsyncClient(transport=guarded(), trust_env=False) as client:
        with pytest.raises(httpx.ConnectError, match="no public address"):
            await client.get(url)
