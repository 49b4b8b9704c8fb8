"""Finding people by phone or e-mail."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.crm import Entity
from sandbox.bitrix24.crm_index import channel_key
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import as_list, text

MOST_HITS = 20
MOST_VALUES = 20


@method("crm.duplicate.findbycomm", "crm")
def find_by_channel(call: Call) -> Any:
    """Ids of records with one of up to twenty phones or e-mails; nothing found is `[]`."""
    sent = call.insensitive()
    kind = text(sent.get("TYPE")).upper()
    if kind not in ("PHONE", "EMAIL"):
        raise RestError("Communication type is not defined", "Parameter 'type' is required.")
    keys = {channel_key(kind, text(value)) for value in as_list(sent.get("VALUES"))[:MOST_VALUES]}
    keys.discard(f"{kind}=")
    if not keys:
        raise RestError("Communication values is not defined", "Parameter 'values' is required.")
    found: dict[str, list[int]] = {}
    for entity in (Entity.CONTACT, Entity.COMPANY):
        if text(sent.get("ENTITY_TYPE")).upper() in ("", entity.name):
            ids = sorted(call.portal.crm.index[entity].find(keys))
            if ids:
                found[entity.name] = ids[:MOST_HITS]
    return found
