"""Deals, contacts and companies of a portal: commands for them, and what their answers mean.

The universal methods `crm.item.*` serve all three, so everything here takes the entity's number. Rows are in
`crm_rows`, what identifies a person in `crm_people`; both are reached from here too.

**Custom fields** are named in camelCase, as the portal's own converter makes them (`item_name`). The
parameter `useOriginalUfNames` is never sent: with it `crm.item.list` loses its `select` (threads 263 and 368
of bitrix-tools/b24-rest-docs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from connector.bitrix24.batch import Command
from connector.bitrix24.crm_people import (
    EMAIL,
    MOST_VALUES,
    PHONE,
    Requisite,
    add_address,
    add_requisite,
    find_by_comm,
    find_requisites,
    found_by_comm,
    multifields,
    requisites,
    requisites_of,
    update_requisite,
    written_requisite_id,
)
from connector.bitrix24.crm_rows import Row, RowParams, list_rows, rows, set_rows
from connector.bitrix24.reading import listed
from connector.domain.vendor import Rejected, Transient

__all__ = [
    "COMPANY",
    "CONTACT",
    "DEAL",
    "EMAIL",
    "MOST_IDS",
    "MOST_VALUES",
    "ORIGINATOR",
    "PHONE",
    "Measure",
    "Requisite",
    "Row",
    "RowParams",
    "add_address",
    "add_comment",
    "add_item",
    "add_requisite",
    "delete_item",
    "find_by_comm",
    "find_by_origin",
    "find_items",
    "find_items_by_ids",
    "find_requisites",
    "found_by_comm",
    "get_item",
    "import_item",
    "imported_item_id",
    "item",
    "item_name",
    "items",
    "list_rows",
    "measure_code",
    "measures",
    "measures_found",
    "multifields",
    "requisites",
    "requisites_of",
    "rows",
    "set_rows",
    "update_item",
    "update_requisite",
    "usual_measure",
    "written_item_id",
    "written_requisite_id",
]

#: `entityTypeId`.
DEAL, CONTACT, COMPANY = 2, 3, 4
#: `originatorId` of what Ponte made; `originId` names the Bling record, `{companyId}:{orderId}`.
ORIGINATOR = "ponte"
#: Ids of one list command: its page has no more rows.
MOST_IDS = 50

Fields = Mapping[str, Any]

_ENTITY_NAMES = {DEAL: "deal", CONTACT: "contact", COMPANY: "company"}


# Items


def add_item(entity: int, fields: Fields) -> Command:
    """Make a deal, contact or company; the portal's required fields are checked."""
    return Command("crm.item.add", {"entityTypeId": entity, "fields": fields})


def import_item(entity: int, fields: Fields) -> Command:
    """Make one without starting the portal's automations; required fields still count (facts of Bitrix24)."""
    return Command("crm.item.batchImport", {"entityTypeId": entity, "data": [fields]})


def update_item(entity: int, item_id: int, fields: Fields) -> Command:
    """Write the given fields; what changes nothing is not saved and raises no event."""
    return Command("crm.item.update", {"entityTypeId": entity, "id": item_id, "fields": fields})


def delete_item(entity: int, item_id: int) -> Command:
    """Delete a record with its rows."""
    return Command("crm.item.delete", {"entityTypeId": entity, "id": item_id})


def get_item(entity: int, item_id: int) -> Command:
    """One record with all its fields, phones and e-mails in `fm`; `Gone` if it was deleted."""
    return Command("crm.item.get", {"entityTypeId": entity, "id": item_id})


def find_by_origin(
    entity: int, origin_ids: Sequence[str], select: Iterable[str] = (), start: int = 0
) -> Command:
    """Ponte's records of these origins, at most 50; an origin is not unique: see `Done.next`."""
    wanted = {"=originatorId": ORIGINATOR, "@originId": list(origin_ids)}
    return find_items(entity, wanted, ("originId", *select), start)


def find_items_by_ids(entity: int, ids: Sequence[int], select: Iterable[str] = ()) -> Command:
    """The records with these ids that still exist; at most 50."""
    return find_items(entity, {"@id": list(ids)}, select)


def find_items(entity: int, wanted: Fields, select: Iterable[str] = (), start: int = 0) -> Command:
    """Records by filter, oldest first; each answer has `id`, and of `select` what the portal knows.

    A field that does not exist is refused in the filter and passed over in `select`.
    """
    params = {
        "entityTypeId": entity,
        "select": list(dict.fromkeys(("id", *select))),
        "filter": wanted,
        "order": {"id": "ASC"},
        "start": start,
    }
    return Command("crm.item.list", params)


def items(result: Any) -> list[dict[str, Any]]:
    """Decode the answer to a `find_*` command; raises `Transient` for a form that we do not know."""
    return listed(result, "items")


def item(result: Any) -> dict[str, Any]:
    """The record in the answer to `get_item`, `add_item` or `update_item`."""
    if isinstance(result, dict) and isinstance(row := result.get("item"), dict):
        return row
    raise Transient("the answer names no record", code="unreadable")


def written_item_id(result: Any) -> int:
    """The id in the answer to `add_item` or `update_item`."""
    return int(item(result)["id"])


def imported_item_id(result: Any) -> int:
    """The id in the answer to `import_item`; raises `Rejected` for what the portal refused."""
    rows = result.get("items") if isinstance(result, dict) else None
    row = rows[0] if isinstance(rows, list) and rows else None
    if isinstance(row, dict) and "error" in row:
        code = str(row["error"])
        raise Rejected(str(row.get("error_description") or code), code=code)
    return written_item_id(row)


_LETTERS = re.compile(r"[A-Z_]+|UF_CRM_\d{1,4}_([\d_]+|[A-Z_]+)")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)_(?=\d)")


def item_name(field_name: str) -> str:
    """A custom field's name in items: `UF_CRM_PONTE_NOTA` is `ufCrmPonteNota`.

    Names with digits keep their tail: `UF_CRM_1721244707107` is `ufCrm_1721244707107` (the portal's own
    converter, `crm/lib/service/converter.php`; `crm.item.fields` tells the pairs as `upperName`).
    """
    if _LETTERS.fullmatch(field_name):
        first, *others = _BETWEEN_DIGITS.sub("~", field_name).lower().split("_")
        return (first + "".join(part.capitalize() for part in others)).replace("~", "_")
    if field_name.startswith("UF_CRM_"):
        return f"ufCrm_{field_name.removeprefix('UF_CRM_')}"
    return f"uf{field_name.removeprefix('UF_')}"


# The timeline


def add_comment(entity: int, item_id: int, text: str) -> Command:
    """Write a comment on a record's timeline; `Gone` if the record was deleted."""
    fields = {"ENTITY_TYPE": _ENTITY_NAMES[entity], "ENTITY_ID": item_id, "COMMENT": text}
    return Command("crm.timeline.comment.add", {"fields": fields})


# Units


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A unit: rows take its `code` (796 piece), products its `id`."""

    id: int
    code: int
    #: What the portal shows, in its own language and internationally: `un`, `pc. 1`.
    symbol: str
    international: str
    title: str


#: Bling's `unidade` is free text; these spellings are usual. The codes are those of the portal's own list.
_USUAL = {
    796: ("UN", "UND", "UNID", "UNIDADE", "PC", "PÇ", "PCS", "PEÇA", "PECA"),
    166: ("KG", "KGS", "QUILO", "QUILOGRAMA"),
    163: ("G", "GR", "GRS", "GRAMA"),
    112: ("L", "LT", "LTS", "LITRO"),
    6: ("M", "MT", "MTS", "METRO"),
}
_CODE_OF = {spelling: code for code, spellings in _USUAL.items() for spelling in spellings}


def measures() -> Command:
    """The portal's units."""
    return Command("catalog.measure.list", {"order": {"id": "ASC"}})


def measures_found(result: Any) -> list[Measure]:
    """Decode the answer to `measures`."""
    return [
        Measure(
            id=int(row["id"]),
            code=int(row["code"]),
            symbol=str(row.get("symbol") or ""),
            international=str(row.get("symbolIntl") or ""),
            title=str(row.get("measureTitle") or ""),
        )
        for row in listed(result, "measures")
    ]


def usual_measure(unit: str) -> int:
    """The code of Bling's `unidade` among the units that every portal starts with; 0 for any other."""
    return _CODE_OF.get(unit.strip().rstrip(".").upper(), 0)


def measure_code(known: Iterable[Measure], unit: str) -> int:
    """The code of Bling's `unidade` ("UN", "kg") among the portal's units; 0 if it has no such unit."""
    wanted = unit.strip().rstrip(".").upper()
    codes = set()
    for measure in known:
        codes.add(measure.code)
        if wanted and wanted in (
            measure.symbol.upper(),
            measure.international.upper(),
            measure.title.upper(),
        ):
            return measure.code
    usual = _CODE_OF.get(wanted, 0)
    return usual if usual in codes else 0
