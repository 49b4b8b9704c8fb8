"""What identifies people and firms in a portal: documents, phones, e-mails, addresses.

CPF and CNPJ live in requisites, records of their own that belong to a contact or company and are made after a
preset. Their values are plain text: whoever looks one up asks for digits and for the masked form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from connector.bitrix24.batch import Command
from connector.bitrix24.reading import listed
from connector.domain.vendor import Transient

#: Kinds of `find_by_comm`.
EMAIL: Literal["EMAIL"] = "EMAIL"
PHONE: Literal["PHONE"] = "PHONE"
#: Values of one `find_by_comm`; it also stops after 20 hits.
MOST_VALUES = 20

DocumentField = Literal["RQ_CPF", "RQ_CNPJ"]

#: Requisites own addresses: their `entityTypeId`, and the address type "actual" (`crm.enum.addresstype`).
_REQUISITE, _MAIN_ADDRESS = 8, 1
_NAMES = {3: "CONTACT", 4: "COMPANY"}
_SELECT = ("ID", "ENTITY_TYPE_ID", "ENTITY_ID", "PRESET_ID", "NAME", "RQ_CPF", "RQ_CNPJ")


class Requisite(msgspec.Struct, frozen=True, kw_only=True):
    """Requisites of a contact (`entity` 3) or company (4); documents as somebody wrote them, "" if unset."""

    id: int
    entity: int
    entity_id: int
    preset_id: int
    name: str
    cpf: str
    cnpj: str


def find_requisites(field: DocumentField, values: Sequence[str], start: int = 0) -> Command:
    """All requisites with one of these documents; give each in digits and masked. See `Done.next`."""
    return _list({f"@{field}": list(values)}, start)


def requisites_of(entity: int, ids: Sequence[int], start: int = 0) -> Command:
    """All requisites of these contacts or companies; see `Done.next`."""
    return _list({"=ENTITY_TYPE_ID": entity, "@ENTITY_ID": list(ids)}, start)


def requisites(result: Any) -> list[Requisite]:
    """Decode the answer to `find_requisites` or `requisites_of`."""
    return [
        Requisite(
            id=int(row["ID"]),
            entity=int(row["ENTITY_TYPE_ID"]),
            entity_id=int(row["ENTITY_ID"]),
            preset_id=int(row.get("PRESET_ID") or 0),
            name=str(row.get("NAME") or ""),
            cpf=str(row.get("RQ_CPF") or ""),
            cnpj=str(row.get("RQ_CNPJ") or ""),
        )
        for row in listed(result, "requisites")
    ]


def add_requisite(
    entity: int, entity_id: int, preset_id: int, name: str, fields: Mapping[str, str]
) -> Command:
    """Give a contact or company requisites; `fields` such as `RQ_CPF`, `RQ_CNPJ` (≤ 20 characters)."""
    owner = {"ENTITY_TYPE_ID": entity, "ENTITY_ID": entity_id, "PRESET_ID": preset_id, "NAME": name}
    return Command("crm.requisite.add", {"fields": {**owner, **fields}})


def update_requisite(requisite_id: int, fields: Mapping[str, str]) -> Command:
    """Write the given fields of requisites."""
    return Command("crm.requisite.update", {"id": requisite_id, "fields": fields})


def written_requisite_id(result: Any) -> int:
    """The id in the answer to `add_requisite`."""
    try:
        return int(result)
    except (TypeError, ValueError):
        raise Transient("the answer names no record", code="unreadable") from None


def add_address(requisite_id: int, fields: Mapping[str, str]) -> Command:
    """Give requisites their address; refused if they have one of that type already.

    `fields`: `ADDRESS_1` street and number, `ADDRESS_2` flat, `CITY`, `REGION` district, `PROVINCE` state,
    `POSTAL_CODE`, `COUNTRY` (crm-address-add of the vendor's documents). People see it as the address of the
    contact or company. The answer is `true`: an address has no id.
    """
    owner = {"TYPE_ID": _MAIN_ADDRESS, "ENTITY_TYPE_ID": _REQUISITE, "ENTITY_ID": requisite_id}
    return Command("crm.address.add", {"fields": {**owner, **fields}})


def find_by_comm(kind: Literal["EMAIL", "PHONE"], values: Sequence[str], entity: int) -> Command:
    """Contacts or companies with one of these e-mails or phones, at most 20 of each.

    The answer does not tell which value led to whom: ask for one person per command.
    """
    return Command(
        "crm.duplicate.findbycomm", {"entity_type": _NAMES[entity], "type": kind, "values": list(values)}
    )


def found_by_comm(result: Any, entity: int) -> list[int]:
    """The ids in the answer to `find_by_comm`, which is `[]` when there are none."""
    ids = result.get(_NAMES[entity], []) if isinstance(result, dict) else []
    return sorted(int(found) for found in (ids.values() if isinstance(ids, dict) else ids))


def multifields(*, phones: Iterable[str] = (), emails: Iterable[str] = ()) -> dict[str, dict[str, str]]:
    """The value of an item's field `fm`, phones and e-mails to be added; leave it out when there are none.

    A numeric key would be the id of one that the record has already (`crm/lib/multifield/assembler.php`),
    hence `n0`, `n1` …
    """
    values = [(PHONE, value) for value in phones] + [(EMAIL, value) for value in emails]
    return {
        f"n{place}": {"typeId": kind, "valueType": "WORK", "value": value}
        for place, (kind, value) in enumerate(values)
    }


def _list(wanted: Mapping[str, Any], start: int) -> Command:
    params = {"select": list(_SELECT), "filter": wanted, "order": {"ID": "ASC"}, "start": start}
    return Command("crm.requisite.list", params)
