"""Phones and e-mails of contacts and companies (`fm`).

Source: `Multifield\\Assembler` of Bitrix's crm module: what is sent is merged into what is there. An
entry with the id of an existing one changes it, without a value it removes it; an entry without an
id is **added**, even if the same number is there already.
"""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.values import as_list, as_map, empty, intval, text


def merged(held: list[dict[str, Any]], sent: Any) -> dict[str, Any]:
    """`fm` after a write, with the two fields that follow from it."""
    channels = {channel["id"]: channel for channel in held}
    for raw in as_list(sent):
        entry = {key.lower().replace("_", ""): value for key, value in as_map(raw).items()}
        _apply(channels, entry)
    kinds = {channel["typeId"] for channel in channels.values()}
    return {
        "fm": list(channels.values()),
        "hasEmail": "Y" if "EMAIL" in kinds else "N",
        "hasPhone": "Y" if "PHONE" in kinds else "N",
    }


def _apply(channels: dict[int, dict[str, Any]], entry: dict[str, Any]) -> None:
    number = intval(entry.get("id"))
    if empty(entry.get("value")):
        channels.pop(number, None)
        return
    if number not in channels:
        number = max(channels, default=0) + 1
    before = channels.get(number, {"typeId": "", "valueType": "WORK"})
    channels[number] = {
        "id": number,
        "typeId": text(entry.get("typeid") or before["typeId"]).upper(),
        "valueType": text(entry.get("valuetype") or before["valueType"]),
        "value": text(entry["value"]),
    }
