"""Finding people: duplicates by phone or e-mail, requisites with their presets."""

from __future__ import annotations

import re
from typing import Any

from sandbox.bitrix24.crm import Entity
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.query import listing
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import as_list, empty, intval, text

MOST_HITS = 20
MOST_VALUES = 20
_REQUISITE_LENGTH = 20


@method("crm.duplicate.findbycomm", "crm")
def find_by_channel(call: Call) -> Any:
    """Ids of records with one of up to twenty phones or e-mails; nothing found is `[]`."""
    sent = call.insensitive()
    kind = text(sent.get("TYPE")).upper()
    if kind not in ("PHONE", "EMAIL"):
        raise RestError("Communication type is not defined", "Parameter 'type' is required.")
    values = {_canonical(kind, text(value)) for value in as_list(sent.get("VALUES"))[:MOST_VALUES]} - {""}
    if not values:
        raise RestError("Communication values is not defined", "Parameter 'values' is required.")
    found: dict[str, list[int]] = {}
    for entity in (Entity.CONTACT, Entity.COMPANY):
        if text(sent.get("ENTITY_TYPE")).upper() in ("", entity.name):
            ids = _with_channel(call, entity, kind, values)
            if ids:
                found[entity.name] = ids[:MOST_HITS]
    return found or []


def _with_channel(call: Call, entity: Entity, kind: str, values: set[str]) -> list[int]:
    return [
        item["id"]
        for item in call.portal.crm.items[entity].values()
        if any(
            channel["typeId"] == kind and _canonical(kind, channel["value"]) in values
            for channel in item["fm"]
        )
    ]


def _canonical(kind: str, value: str) -> str:
    return re.sub(r"\D", "", value) if kind == "PHONE" else value.strip().lower()


@method("crm.requisite.add", "crm")
def requisite_add(call: Call) -> Any:
    """Requisites (CPF, CNPJ …) of a contact or company."""
    fields = {key.upper(): value for key, value in call.fields().items()}
    owner = intval(fields.get("ENTITY_TYPE_ID"))
    if owner not in (Entity.CONTACT, Entity.COMPANY):
        raise RestError("", "ENTITY_TYPE_ID is not defined or invalid.")
    crm = call.portal.crm
    if intval(fields.get("ENTITY_ID")) not in crm.items[Entity(owner)]:
        raise RestError("", "ENTITY_ID is not defined or invalid.")
    if all(intval(preset["ID"]) != intval(fields.get("PRESET_ID")) for preset in crm.presets()):
        raise RestError("", "PRESET_ID is not defined or invalid.")
    if empty(fields.get("NAME")):
        raise RestError("", "NAME is not defined or invalid.")
    requisite_id = next(crm.next_other)
    crm.requisites[requisite_id] = {"ID": str(requisite_id)} | _requisite(fields)
    return requisite_id


@method("crm.requisite.update", "crm")
def requisite_update(call: Call) -> Any:
    """Change requisites."""
    requisite = call.portal.crm.requisites.get(call.id())
    if requisite is None:
        raise RestError("", f"The Requisite with ID '{call.id()}' is not found")
    requisite |= _requisite({key.upper(): value for key, value in call.fields().items()})
    return True


def _requisite(fields: dict[str, Any]) -> dict[str, str]:
    return {
        name: text(value)[:_REQUISITE_LENGTH] if name.startswith("RQ_C") else text(value)
        for name, value in fields.items()
        if name != "ID"
    }


@method("crm.requisite.list", "crm")
def requisite_list(call: Call) -> Any:
    """Requisites by filter; values are plain text, masked or not."""
    rows = list(call.portal.crm.requisites.values())
    columns = dict.fromkeys((name for row in rows for name in row), None)
    return listing([columns | row for row in rows], call.params, call.start)


@method("crm.requisite.preset.list", "crm")
def preset_list(call: Call) -> Any:
    """Presets of requisites."""
    return listing(call.portal.crm.presets(), call.params, call.start)
