"""`ponte demo`: the house, for a person or for a program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from ponte.demo.folders import FolderError
from ponte.demo.house import open_house
from ponte.demo.supervisor import Indispensable, end_on_signals, note
from ponte.runtime.addresses import is_free
from ponte.runtime.child import StartError
from ponte.runtime.plainuser import PlainUserError


def run(*, as_json: bool, port: int, folder: Path | None) -> int:
    """Run the demo until it is told to stop; its exit code."""
    if port and not (is_free(port) and is_free(port + 1)):
        note(f"ports {port} and {port + 1} must both be free")
        return 1
    end_on_signals()
    try:
        with open_house(port, folder) as house:
            ready = house.start()
            _tell(msgspec.json.encode(ready).decode() if as_json else _for_a_person(ready))
            house.supervisor.run()
    except (StartError, Indispensable, FolderError, PlainUserError) as error:
        note(str(error))
    return 1


def _for_a_person(ready: dict[str, Any]) -> str:
    lines = [
        "",
        "  Ponte está no ar.",
        "",
        f"  Ponte                       {ready['app_url']}",
        f"  Bling, Bitrix24 de mentira  {ready['sandbox_url']}",
        "",
    ]
    for tenant in ready["tenants"]:
        lines += [
            f"  {tenant['name']}",
            f"    e-mail  {tenant['email']}",
            f"    senha   {tenant['password']}",
            "",
        ]
    operator = ready["operator"]
    lines += [
        f"  Operação                    {ready['app_url']}/operator",
        f"    e-mail  {operator['email']}",
        f"    senha   {operator['password']}",
        f"    código  de um aplicativo autenticador, segredo {operator['totp_secret']}",
        "",
    ]
    return "\n".join([*lines, "  Ctrl-C encerra tudo.", ""])


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
