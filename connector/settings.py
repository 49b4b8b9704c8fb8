"""Every setting of Ponte, typed, read once from the environment.

The environment's names are the fields' names in capitals, with the prefix `PONTE_` except for the two that
platforms set themselves (`DATABASE_URL`, `REDIS_URL`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

import msgspec

UNPREFIXED = frozenset({"database_url", "redis_url"})

#: All accounts together may not ask oftener than Bling allows one address (600 in 10 s).
MOST_BLING_PER_SECOND = 50

_WEB = ("http://", "https://")
_POSTGRES = ("postgresql://", "postgres://")
_SCHEMES: dict[str, tuple[str, ...]] = {
    "database_url": _POSTGRES,
    "migrate_url": _POSTGRES,
    "redis_url": ("redis://", "rediss://"),
    "app_url": _WEB,
    "clock_url": _WEB,
    "bling_api_url": _WEB,
    "bling_authorize_url": _WEB,
    "bling_token_url": _WEB,
    "bitrix24_script_url": _WEB,
    "stripe_api_url": _WEB,
    "mail_url": ("smtp://", "smtps://", *_WEB),
}


class SettingsError(ValueError):
    """A setting is missing or unusable; the text names it and says what to do."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between one running Ponte and another."""

    env: Literal["development", "demo", "test", "production"] = "production"
    #: The login role's address: a plain role that inherits nothing it is granted.
    database_url: str
    #: The address of the owner, who migrates; the login role's when empty.
    migrate_url: str = ""
    redis_url: str
    #: Public address of the server, without a slash at the end.
    app_url: str = "http://127.0.0.1:8000"
    #: `id:base64 of 32 bytes`, comma-separated, the newest first: it writes, all of them read.
    vault_keys: str
    #: Where `ponte serve` listens, and with how many processes.
    host: str = "127.0.0.1"
    port: int = 8000
    web_processes: int = 1
    #: The header in which a proxy in front of us names the caller's address; empty = none stands there.
    client_address_header: str = ""
    #: Read every 10 s for the offset of `business_now`; refused outside demo and test.
    clock_url: str = ""

    bling_api_url: str = "https://api.bling.com.br/Api/v3"
    bling_authorize_url: str = "https://www.bling.com.br/Api/v3/oauth/authorize"
    bling_token_url: str = "https://api.bling.com.br/Api/v3/oauth/token"  # noqa: S105
    #: Requests a second that Bling allows each account; more than 3 only where it has granted the app more.
    bling_per_second: int = 3
    bling_client_id: str = ""
    bling_client_secret: str = ""

    #: The two authorisation servers of Bitrix24 (b24restdocs, settings/oauth), the first is the default.
    bitrix24_oauth_urls: str = (
        "https://oauth.bitrix.info/oauth/token/,https://oauth.bitrix24.tech/oauth/token/"
    )
    #: The script with `BX24`, for the page that finishes an installation.
    bitrix24_script_url: str = "https://api.bitrix24.com/api/v1/"
    bitrix24_client_id: str = ""
    bitrix24_client_secret: str = ""

    stripe_api_url: str = "https://api.stripe.com"
    stripe_api_key: str = ""
    stripe_webhook_secret: str = ""

    #: `smtp://user:password@host:587` or, in demo and test, `http://…` of the sandbox's mail door.
    mail_url: str = ""
    mail_from: str = "Ponte <ola@ponte.local>"

    #: Connections of one process; web + worker + tools stay under the server's `max_connections`.
    pool_size: int = 10
    #: Drains that one worker process holds at once.
    worker_jobs: int = 100
    #: Lets a scraper in at `/metrics` of the app's own address.
    metrics_token: str = ""
    #: Serves `/metrics` without a token on a port of its own, for a private network; 0 = not at all.
    metrics_port: int = 0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"

    def __repr__(self) -> str:
        """Without the secrets, wherever it may be printed."""
        return f"Settings(env={self.env!r}, app_url={self.app_url!r})"

    @property
    def owner_url(self) -> str:
        """The database's address for migrations."""
        return self.migrate_url or self.database_url

    @property
    def is_production(self) -> bool:
        """Whether real people and real vendors are at the other end."""
        return self.env == "production"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises `SettingsError` naming the first unusable one."""
    source = os.environ if environ is None else environ
    given = {
        name: source[key]
        for name in Settings.__struct_fields__
        if (key := environment_name(name)) in source and source[key] != ""
    }
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_explain(str(error))) from error
    _refuse_unusable(settings)
    return settings


def environment_name(field: str) -> str:
    """The environment variable of a field."""
    return field.upper() if field in UNPREFIXED else f"PONTE_{field.upper()}"


def to_environment(settings: Settings) -> dict[str, str]:
    """The variables that make `load` answer these settings again, for a child process."""
    return {environment_name(name): str(getattr(settings, name)) for name in Settings.__struct_fields__}


def _refuse_unusable(settings: Settings) -> None:
    for name, schemes in _SCHEMES.items():
        value = getattr(settings, name)
        if value and not value.startswith(schemes):
            raise SettingsError(f"{environment_name(name)} must begin with {' or '.join(schemes)}")
    if settings.app_url.endswith("/"):
        raise SettingsError("PONTE_APP_URL must not end with a slash")
    if not 1 <= settings.bling_per_second <= MOST_BLING_PER_SECOND:
        raise SettingsError(f"PONTE_BLING_PER_SECOND must be from 1 to {MOST_BLING_PER_SECOND}")
    if settings.metrics_port and settings.web_processes > 1:
        raise SettingsError("PONTE_METRICS_PORT needs PONTE_WEB_PROCESSES=1: each process counts for itself")
    if settings.clock_url and settings.env not in ("demo", "test"):
        raise SettingsError("PONTE_CLOCK_URL is only for demo and test: unset it, or set PONTE_ENV=demo")


def _explain(text: str) -> str:
    for name in Settings.__struct_fields__:
        if f"missing required field `{name}`" in text:
            return f"{environment_name(name)} is not set"
        if f"`$.{name}`" in text:
            return f"{environment_name(name)}: {text.partition(' - at')[0]}"
    return text
