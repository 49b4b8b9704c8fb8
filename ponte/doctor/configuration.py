"""Checks of the settings alone: nothing is called."""

from __future__ import annotations

from collections.abc import Iterator

from connector.security.vault import Vault, VaultError, new_key
from connector.settings import Settings, environment_name
from ponte.doctor.findings import Finding

#: What each vendor's part needs to know of us, and where it is to be had.
_CREDENTIALS = {
    "bling": (
        ("bling_client_id", "bling_client_secret"),
        "copy them from the app's page in Bling (Central de Extensões, Área do integrador)",
    ),
    "bitrix24": (
        ("bitrix24_client_id", "bitrix24_client_secret"),
        "copy them from the app's page in Bitrix24's partner area",
    ),
    "stripe": (
        ("stripe_api_key", "stripe_webhook_secret"),
        "copy them from Stripe's dashboard (Developers)",
    ),
}
_VENDOR_ADDRESSES = (
    "bling_api_url",
    "bling_authorize_url",
    "bling_token_url",
    "bitrix24_oauth_urls",
    "stripe_api_url",
)


def examine(settings: Settings) -> Iterator[Finding]:
    """All findings about the settings."""
    yield _vault(settings)
    yield from _vendors(settings)
    if settings.is_production:
        yield from _production(settings)


def _vault(settings: Settings) -> Finding:
    try:
        Vault.from_setting(settings.vault_keys)
    except VaultError as error:
        return Finding("vault", str(error), f"set PONTE_VAULT_KEYS, for instance to {new_key('k1')}")
    return Finding("vault", "the keys are usable")


def _vendors(settings: Settings) -> Iterator[Finding]:
    for vendor, (names, source) in _CREDENTIALS.items():
        missing = [environment_name(name) for name in names if not getattr(settings, name)]
        if missing:
            yield Finding(vendor, f"not set: {', '.join(missing)}", source)
        else:
            yield Finding(vendor, "credentials are set")


def _production(settings: Settings) -> Iterator[Finding]:
    for name in ("app_url", *_VENDOR_ADDRESSES):
        for address in getattr(settings, name).split(","):
            if not address.startswith("https://"):
                yield Finding(
                    "addresses",
                    f"{environment_name(name)} is {address!r}",
                    "use an https:// address, or set PONTE_ENV=development",
                )
    if not settings.mail_url:
        yield Finding("mail", "PONTE_MAIL_URL is not set", "give smtp://user:password@host:587")
