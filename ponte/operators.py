"""`ponte operator add EMAIL`: lets somebody into the operator's house. There is no other way in."""

from __future__ import annotations

import asyncio
import sys

from connector.account import operators
from connector.account.clock import now
from connector.account.operators import Made
from connector.account.typed import address, email_wrong
from connector.security.vault import Vault, VaultError
from connector.settings import Settings
from connector.store.scope import Database, DatabaseAway


def add(settings: Settings, email: str) -> int:
    """Make the operator, print the secrets once; 1 when that cannot be done, with the reason."""
    if email_wrong(address(email)):
        return _refuse(f"{email!r} is no e-mail address")
    try:
        made = asyncio.run(_make(settings, email))
    except VaultError as error:
        return _refuse(str(error))
    except DatabaseAway as error:
        return _refuse(f"the database does not answer: {error}; look at DATABASE_URL")
    sys.stdout.write(_told(made, settings.app_url))
    return 0


async def _make(settings: Settings, email: str) -> Made:
    vault = Vault.from_setting(settings.vault_keys)
    database = await Database.open(settings.database_url, 1)
    try:
        return await operators.make(database, vault, email, now())
    finally:
        await database.close()


def _told(made: Made, app_url: str) -> str:
    lines = [
        f"{made.email} {'has new secrets' if made.renewed else 'is an operator'}. They are shown this once:",
        f"  sign in at  {app_url}/operator/entrar",
        f"  password    {made.password}",
        f"  secret      {made.totp_secret}",
        f"  app         {made.uri}",
        "Give the app line to an authenticator app as a QR code, or type the secret into it.",
    ]
    return "\n".join(lines) + "\n"


def _refuse(text: str) -> int:
    sys.stderr.write(f"ponte: {text}\n")
    return 1
