"""`ponte reseal`: after a change of `PONTE_VAULT_KEYS`, everything under the newest key."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter

from connector.account import resealing
from connector.account.resealing import SHELVES, Done
from connector.security.vault import Vault, VaultError
from connector.settings import Settings, SettingsError
from connector.store.scope import Database, DatabaseAway

#: By shelf, how many values are under which key.
Standing = dict[str, dict[str, int]]


def run(settings: Settings, *, dry_run: bool) -> int:
    """0: all is under the newest key (a dry run: it was told); 1: something is left, or out of reach."""
    try:
        vault = Vault.from_setting(settings.vault_keys)
    except VaultError as error:
        raise SettingsError(str(error)) from error
    try:
        return asyncio.run(_run(settings, vault, dry_run=dry_run))
    except DatabaseAway as error:
        sys.stderr.write(
            f"ponte: the database does not answer: {error}; look at DATABASE_URL, and run this again: "
            "what is resealed stays so\n"
        )
        return 1


async def _run(settings: Settings, vault: Vault, *, dry_run: bool) -> int:
    database = await Database.open(settings.database_url, 1)
    try:
        if not dry_run:
            for shelf in SHELVES:
                _tell(_done(await resealing.reseal(database, vault, shelf)))
        standing = await resealing.standing(database)
    finally:
        await database.close()
    if dry_run:
        _tell(*(_stands(name, keys) for name, keys in standing.items() if keys))
    left = _by_key(standing)
    _tell(*_conclusion(left, vault, dry_run=dry_run))
    return 0 if dry_run or not left.keys() - {vault.newest} else 1


def _done(done: Done) -> str:
    unreadable = f", {done.unreadable} that no key opens" if done.unreadable else ""
    return f"{done.shelf}: {done.resealed} resealed{unreadable}"


def _stands(name: str, keys: dict[str, int]) -> str:
    return f"{name}: " + ", ".join(f"{n} under {key}" for key, n in sorted(keys.items()))


def _by_key(standing: Standing) -> Counter[str]:
    total: Counter[str] = Counter()
    for keys in standing.values():
        total.update(keys)
    return total


def _conclusion(total: Counter[str], vault: Vault, *, dry_run: bool) -> list[str]:
    """What is under which key, and which keys nobody needs any more."""
    idle = [key_id for key_id in vault.key_ids if key_id not in total and key_id != vault.newest]
    return [
        f"{total[vault.newest]} values are under {vault.newest}, the newest key.",
        *(
            f"{total[key_id]} values are under {key_id}{_remedy(key_id, vault, dry_run=dry_run)}"
            for key_id in sorted(total.keys() - {vault.newest})
        ),
        *(f"No value is under {key_id}: an hour from now it may leave PONTE_VAULT_KEYS." for key_id in idle),
    ]


def _remedy(key_id: str, vault: Vault, *, dry_run: bool) -> str:
    if key_id not in vault.key_ids:
        return ", which PONTE_VAULT_KEYS lacks: put it back after the newest key and run `ponte reseal`."
    if dry_run:
        return ": `ponte reseal` takes them over."
    return (
        " still: either a process runs with the old setting, then restart it and run `ponte reseal` again, "
        "or they are damaged, then reconnect those."
    )


def _tell(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()
