"""`ponte doctor` says what is wrong and what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import asyncpg
import msgspec
import pytest

from connector import settings as environment
from connector.settings import Settings
from ponte.cli import main
from ponte.doctor import command
from ponte.doctor.findings import Finding
from ponte.runtime import databases
from ponte.runtime.addresses import free_port
from tests.support.sandbox import Sandbox
from tests.support.stripe_shop import Shop

Diagnose = Callable[..., "Findings"]


class Findings(dict[str, Finding]):
    """Findings by topic."""

    @property
    def to_mend(self) -> set[str]:
        return {topic for topic, finding in self.items() if not finding.is_right}


async def diagnose(settings: Settings, **changes: object) -> Findings:
    found = await command._examine(msgspec.structs.replace(settings, **changes))
    return Findings({finding.topic: finding for finding in found})


async def test_a_right_installation_has_nothing_to_mend(settings: Settings) -> None:
    found = await diagnose(settings)
    assert found.to_mend == set()
    assert found.keys() >= {"settings", "vault", "bling", "bitrix24", "database", "roles", "schema", "redis"}


async def test_a_database_that_is_not_there(settings: Settings) -> None:
    found = await diagnose(settings, database_url=f"postgresql://ponte@127.0.0.1:{free_port()}/ponte")
    assert found.to_mend == {"database"}
    assert "DATABASE_URL" in found["database"].mend


async def test_a_database_without_our_schema(settings: Settings, postgres_url: str) -> None:
    await databases.create_database(postgres_url, "ponte_test_bare")
    found = await diagnose(
        settings, database_url=databases.at(settings.database_url, database="ponte_test_bare")
    )
    assert found.to_mend == {"schema"}
    assert found["schema"].mend == "run `ponte migrate`"


async def test_the_owner_is_no_login_role(settings: Settings, postgres_url: str) -> None:
    found = await diagnose(settings, database_url=postgres_url)
    assert found.to_mend == {"roles"}
    assert "PONTE_MIGRATE_URL" in found["roles"].mend


async def test_a_login_role_that_inherits_sees_too_much(settings: Settings, postgres_url: str) -> None:
    owner = await asyncpg.connect(postgres_url)
    await databases.create_login_role(postgres_url, "ponte_heir")
    await owner.execute("GRANT ponte_tenant TO ponte_heir WITH INHERIT FALSE, SET TRUE")
    await owner.execute("GRANT ponte_system TO ponte_heir WITH INHERIT TRUE, SET TRUE")
    found = await diagnose(settings, database_url=databases.at(postgres_url, role="ponte_heir"))
    await owner.execute("DROP ROLE ponte_heir")
    await owner.close()
    assert found.to_mend == {"roles"}
    assert "INHERIT FALSE" in found["roles"].mend


async def test_a_stranger_may_not_switch(settings: Settings, postgres_url: str) -> None:
    await databases.create_login_role(postgres_url, "ponte_stranger")
    found = await diagnose(settings, database_url=databases.at(postgres_url, role="ponte_stranger"))
    owner = await asyncpg.connect(postgres_url)
    await owner.execute("DROP ROLE ponte_stranger")
    await owner.close()
    assert "may not switch" in found["roles"].text


async def test_a_redis_that_is_not_there(settings: Settings) -> None:
    found = await diagnose(settings, redis_url=f"redis://127.0.0.1:{free_port()}/0")
    assert found.to_mend == {"redis"}


@pytest.mark.parametrize(
    ("changes", "topic"),
    [
        ({"vault_keys": "k1:short"}, "vault"),
        ({"bling_client_secret": ""}, "bling"),
        ({"bitrix24_client_id": ""}, "bitrix24"),
        ({"stripe_api_key": ""}, "stripe"),
        ({"pool_size": 5000}, "connections"),
    ],
)
async def test_an_unusable_setting(settings: Settings, changes: dict[str, object], topic: str) -> None:
    assert (await diagnose(settings, **changes)).to_mend == {topic}


async def test_stripe_is_asked_what_it_sells(settings: Settings, sandbox: Sandbox) -> None:
    assert (await diagnose(settings))["prices"].text == "Stripe sells every plan"
    shop = Shop(sandbox)
    shop.v1.prices.update(shop.price("escala").id, {"active": False})
    found = await diagnose(settings)
    assert found.to_mend == {"prices"}
    assert "escala" in found["prices"].text


async def test_a_price_that_is_not_what_the_screen_says(settings: Settings, sandbox: Sandbox) -> None:
    shop = Shop(sandbox)
    old = shop.price("escala")
    made = {"currency": "brl", "unit_amount": 1, "lookup_key": "escala", "transfer_lookup_key": True}
    shop.v1.prices.create({"product": str(old.product), "recurring": {"interval": "month"}, **made})  # type: ignore[typeddict-item]
    assert "another amount" in (await diagnose(settings))["prices"].text


async def test_a_key_that_stripe_does_not_know(settings: Settings) -> None:
    found = await diagnose(settings, stripe_api_key="sk_test_nobodys")
    assert found.to_mend == {"prices"}
    assert "PONTE_STRIPE_API_KEY" in found["prices"].mend


async def test_a_stripe_that_is_not_there(settings: Settings) -> None:
    found = await diagnose(settings, stripe_api_url=f"http://127.0.0.1:{free_port()}")
    assert found.to_mend == {"prices"}


async def test_production_wants_https_and_mail(settings: Settings) -> None:
    found = await diagnose(settings, env="production", clock_url="", mail_url="")
    assert found.to_mend == {"addresses", "mail"}


def test_the_command_ends_with_1_and_says_what_to_mend(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["doctor"]) == 1
    assert "MEND  settings: DATABASE_URL is not set" in capsys.readouterr().out


async def test_the_command_ends_with_0(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment.to_environment(settings).items():
        monkeypatch.setenv(name, value)
    assert await asyncio.to_thread(main, ["doctor"]) == 0
    assert "MEND" not in capsys.readouterr().out


def test_other_commands_name_the_unusable_setting_and_end_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://host")
    assert main(["migrate"]) == 2
    assert "REDIS_URL is not set" in capsys.readouterr().err
