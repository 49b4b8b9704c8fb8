"""Requisites of contacts and companies (CPF, CNPJ …), their presets and addresses.

Source: `crm.requisite.*` and `crm.address.*` of the vendor's documentation. Values are plain text,
masked or not; an address hangs on a requisite, one of each type.
"""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.crm import Crm, Entity
from sandbox.bitrix24.crm_index import fitting
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.query import listing, parse_filter
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import empty, intval, iso, text

OWN_ENTITY = 8
"""`ENTITY_TYPE_ID` of a requisite itself: what an address refers to."""

_SHORT = frozenset({"RQ_CPF", "RQ_CNPJ", "RQ_STATE_REG", "RQ_MNPL_REG"})
_SHORT_LENGTH = 20
_WRITABLE = (
    "ENTITY_TYPE_ID", "ENTITY_ID", "PRESET_ID", "NAME", "CODE", "XML_ID", "ORIGINATOR_ID", "ACTIVE",
    "ADDRESS_ONLY", "SORT", "RQ_NAME", "RQ_FIRST_NAME", "RQ_LAST_NAME", "RQ_SECOND_NAME", "RQ_COMPANY_ID",
    "RQ_COMPANY_NAME", "RQ_COMPANY_FULL_NAME", "RQ_CONTACT", "RQ_EMAIL", "RQ_PHONE", "RQ_IDENT_DOC",
    "RQ_IDENT_DOC_NUM", "RQ_CPF", "RQ_CNPJ", "RQ_STATE_REG", "RQ_MNPL_REG",
)  # fmt: skip
_INDEXED = ("ID", "ENTITY_ID", "RQ_CPF", "RQ_CNPJ", "XML_ID")
_ADDRESS_TEXTS = (
    "ADDRESS_1", "ADDRESS_2", "CITY", "POSTAL_CODE", "REGION", "PROVINCE", "COUNTRY", "COUNTRY_CODE",
)  # fmt: skip


@method("crm.requisite.add", "crm")
def requisite_add(call: Call) -> Any:
    """Requisites of a contact or company; the new id."""
    crm = call.portal.crm
    fields = _sent(call)
    owner = intval(fields.get("ENTITY_TYPE_ID"))
    known = owner in (Entity.CONTACT, Entity.COMPANY)
    presets = {intval(preset["ID"]) for preset in crm.presets()}
    for name, good in (
        ("ENTITY_TYPE_ID", known),
        ("ENTITY_ID", known and intval(fields.get("ENTITY_ID")) in crm.items[Entity(owner)]),
        ("PRESET_ID", intval(fields.get("PRESET_ID")) in presets),
        ("NAME", not empty(fields.get("NAME"))),
    ):
        if not good:
            raise RestError("", f"{name} is not defined or invalid.")
    number = next(crm.next_other)
    made: dict[str, Any] = {"ID": str(number)} | dict.fromkeys(_WRITABLE)
    made |= {"ACTIVE": "Y", "ADDRESS_ONLY": "N", "SORT": "500", "DATE_MODIFY": None, "MODIFY_BY_ID": None}
    made |= {"DATE_CREATE": iso(call.now), "CREATED_BY_ID": str(call.token.user_id)}
    crm.keep_requisite(made | _written(fields))
    return number


@method("crm.requisite.update", "crm")
def requisite_update(call: Call) -> Any:
    """Change requisites; the owner stays."""
    changed = {name: value for name, value in _sent(call).items() if not name.startswith("ENTITY_")}
    modified = {"DATE_MODIFY": iso(call.now), "MODIFY_BY_ID": str(call.token.user_id)}
    call.portal.crm.keep_requisite(_requisite(call) | _written(changed) | modified)
    return True


@method("crm.requisite.get", "crm")
def requisite_get(call: Call) -> Any:
    """One requisite."""
    return _requisite(call)


@method("crm.requisite.delete", "crm")
def requisite_delete(call: Call) -> Any:
    """Delete a requisite with its addresses."""
    call.portal.crm.forget_requisite(int(_requisite(call)["ID"]))
    return True


@method("crm.requisite.list", "crm")
def requisite_list(call: Call) -> Any:
    """Requisites by filter; values are plain text, masked or not."""
    crm = call.portal.crm
    ids = fitting(crm.requisite_index, parse_filter(call.params.get("filter")), _INDEXED)
    rows = list(crm.requisites.values()) if ids is None else [crm.requisites[found] for found in sorted(ids)]
    return listing(rows, call.params, call.start)


@method("crm.requisite.preset.list", "crm")
def preset_list(call: Call) -> Any:
    """Presets of requisites."""
    return listing(call.portal.crm.presets(), call.params, call.start)


@method("crm.address.add", "crm")
def address_add(call: Call) -> Any:
    """An address of a requisite; refused if it has one of this type."""
    fields = _sent(call)
    key = _address_key(call.portal.crm, fields)
    if key in call.portal.crm.addresses:
        raise RestError("", "TypeAddress exists")
    owner = call.portal.crm.requisites[key[0]]
    call.portal.crm.addresses[key] = {
        "TYPE_ID": str(key[1]),
        "ENTITY_TYPE_ID": str(OWN_ENTITY),
        "ENTITY_ID": str(key[0]),
        **dict.fromkeys(_ADDRESS_TEXTS),
        **_address_texts(fields),
        "LOC_ADDR_ID": str(next(call.portal.crm.next_other)),
        "ANCHOR_TYPE_ID": owner["ENTITY_TYPE_ID"],
        "ANCHOR_ID": owner["ENTITY_ID"],
    }
    return True


@method("crm.address.update", "crm")
def address_update(call: Call) -> Any:
    """Change an address; RestError if the requisite has none of this type."""
    fields = _sent(call)
    call.portal.crm.addresses[_held_address(call, fields)] |= _address_texts(fields)
    return True


@method("crm.address.delete", "crm")
def address_delete(call: Call) -> Any:
    """Delete an address."""
    del call.portal.crm.addresses[_held_address(call, _sent(call))]
    return True


@method("crm.address.list", "crm")
def address_list(call: Call) -> Any:
    """Addresses by filter."""
    return listing(list(call.portal.crm.addresses.values()), call.params, call.start)


def _sent(call: Call) -> dict[str, Any]:
    return {key.upper(): value for key, value in call.fields().items()}


def _requisite(call: Call) -> dict[str, Any]:
    found = call.portal.crm.requisites.get(call.id())
    if found is None:
        raise RestError("", f"The Requisite with ID '{call.id()}' is not found")
    return found


def _written(fields: dict[str, Any]) -> dict[str, str]:
    return {
        name: text(value)[:_SHORT_LENGTH] if name in _SHORT else text(value)
        for name, value in fields.items()
        if name in _WRITABLE
    }


def _address_key(crm: Crm, fields: dict[str, Any]) -> tuple[int, int]:
    kind, requisite_id = intval(fields.get("TYPE_ID")), intval(fields.get("ENTITY_ID"))
    for name, good in (
        ("TYPE_ID", kind > 0),
        ("ENTITY_TYPE_ID", intval(fields.get("ENTITY_TYPE_ID")) == OWN_ENTITY),
        ("ENTITY_ID", requisite_id in crm.requisites),
    ):
        if not good:
            raise RestError("", f"{name} is not defined or invalid.")
    return requisite_id, kind


def _held_address(call: Call, fields: dict[str, Any]) -> tuple[int, int]:
    key = _address_key(call.portal.crm, fields)
    if key not in call.portal.crm.addresses:
        raise RestError("", "TypeAddress not found")
    return key


def _address_texts(fields: dict[str, Any]) -> dict[str, str]:
    return {name: text(fields[name]) for name in _ADDRESS_TEXTS if name in fields}
