"""The environment as settings: what is missing or unusable is named."""

from __future__ import annotations

import pytest

from connector import settings
from connector.settings import SettingsError

GOOD = {
    "DATABASE_URL": "postgresql://ponte:pw@127.0.0.1/ponte",
    "REDIS_URL": "redis://127.0.0.1/0",
    "PONTE_VAULT_KEYS": "k1:AAAA",
}


def test_defaults_are_those_of_production() -> None:
    loaded = settings.load(GOOD)
    assert loaded.is_production
    assert loaded.bling_api_url == "https://api.bling.com.br/Api/v3"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert settings.load(GOOD | {"PONTE_LOG_LEVEL": ""}).log_level == "info"


@pytest.mark.parametrize("name", GOOD)
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is not set$"):
        settings.load({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://host/ponte"),
        ("PONTE_MIGRATE_URL", "host/ponte"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("PONTE_APP_URL", "ponte.example"),
        ("PONTE_APP_URL", "https://ponte.example/"),
        ("PONTE_POOL_SIZE", "many"),
        ("PONTE_LOG_LEVEL", "loud"),
        ("PONTE_ENV", "staging"),
        ("PONTE_MAIL_URL", "ftp://host"),
        ("PONTE_CLOCK_URL", "http://127.0.0.1/clock"),
        ("PONTE_BLING_PER_SECOND", "0"),
        ("PONTE_BLING_PER_SECOND", "51"),
    ],
)
def test_what_is_unusable_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}"):
        settings.load(GOOD | {name: value})


def test_a_metrics_port_is_for_one_process() -> None:
    several = {"PONTE_METRICS_PORT": "9091", "PONTE_WEB_PROCESSES": "2"}
    with pytest.raises(SettingsError, match=r"^PONTE_METRICS_PORT"):
        settings.load(GOOD | several)


@pytest.mark.parametrize("env", ["demo", "test"])
def test_demo_and_test_may_have_a_clock(env: str) -> None:
    loaded = settings.load(GOOD | {"PONTE_ENV": env, "PONTE_CLOCK_URL": "http://127.0.0.1:1/clock"})
    assert loaded.clock_url == "http://127.0.0.1:1/clock"


def test_the_owner_migrates_if_one_is_named() -> None:
    owner = "postgresql://owner:pw@127.0.0.1/ponte"
    assert settings.load(GOOD).owner_url == GOOD["DATABASE_URL"]
    assert settings.load(GOOD | {"PONTE_MIGRATE_URL": owner}).owner_url == owner


def test_a_child_process_reads_the_same_settings() -> None:
    given = settings.load(GOOD | {"PONTE_POOL_SIZE": "7", "PONTE_ENV": "demo"})
    assert settings.load(settings.to_environment(given)) == given


def test_settings_do_not_print_secrets() -> None:
    assert "AAAA" not in repr(settings.load(GOOD))
    assert "pw" not in repr(settings.load(GOOD))
