"""Fields of CRM records: what they are before anything is written, and how sent values are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.bitrix24.crm import Entity
from sandbox.bitrix24.crm_channels import merged
from sandbox.bitrix24.values import (
    as_list,
    as_map,
    decimal,
    empty,
    intval,
    number,
    optional_int,
    optional_text,
    portal_date,
    text,
    yes_no,
)

Read = Callable[[Any], Any]


def _ids(value: Any) -> list[int]:
    return [intval(item) for item in as_list(value)]


def _money(value: Any) -> int | float:
    return number(decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP))


_EVERY: dict[str, Read] = {
    "assignedById": intval,
    "comments": text,
    "companyId": intval,
    "contactId": intval,
    "contactIds": _ids,
    "observers": _ids,
    "opened": yes_no,
    "originId": optional_text,
    "originatorId": optional_text,
    "sourceDescription": text,
    "sourceId": text,
    "title": text,
    "typeId": optional_text,
    "utmCampaign": optional_text,
    "utmContent": optional_text,
    "utmMedium": optional_text,
    "utmSource": optional_text,
    "utmTerm": optional_text,
}
_DEAL: dict[str, Read] = _EVERY | {
    "additionalInfo": optional_text,
    "begindate": portal_date,
    "categoryId": intval,
    "closedate": portal_date,
    "currencyId": text,
    "isManualOpportunity": yes_no,
    "isRecurring": yes_no,
    "leadId": optional_int,
    "locationId": optional_text,
    "opportunity": _money,
    "probability": optional_int,
    "quoteId": optional_int,
    "stageId": text,
    "taxValue": _money,
}
_PERSON: dict[str, Read] = _EVERY | {
    "birthdate": portal_date,
    "companyIds": _ids,
    "export": yes_no,
    "honorific": optional_text,
    "lastName": optional_text,
    "name": optional_text,
    "post": optional_text,
    "secondName": optional_text,
}
_COMPANY: dict[str, Read] = _EVERY | {
    "currencyId": text,
    "employees": optional_text,
    "industry": optional_text,
    "isMyCompany": yes_no,
    "revenue": _money,
}
_READ: dict[Entity, dict[str, Read]] = {
    Entity.DEAL: _DEAL,
    Entity.CONTACT: _PERSON,
    Entity.COMPANY: _COMPANY,
}

_KEPT = ("createdBy", "createdTime", "lastActivityBy", "lastActivityTime", "updatedBy", "updatedTime")
_DEAL_ONLY_SHOWN = (
    "begindateShort",
    "closedateShort",
    "dateCreateShort",
    "dateModifyShort",
    "eventDate",
    "eventDateShort",
    "eventDescription",
    "eventId",
    "hasProducts",
    "isLose",
    "isWon",
    "isWork",
    "lostAmount",
    "movedBy",
    "movedTime",
    "orderStage",
    "productId",
    "receivedAmount",
    "searchContent",
    "stageSemanticId",
    "webformId",
)


def blank(entity: Entity) -> dict[str, Any]:
    """Every field of a record that nothing was written to."""
    item: dict[str, Any] = dict.fromkeys((*_KEPT, *_READ[entity]))
    item |= {"entityTypeId": int(entity), "opened": "Y", "observers": [], "contactIds": []}
    item |= {"comments": "", "sourceDescription": "", "sourceId": ""}
    match entity:
        case Entity.DEAL:
            item |= dict.fromkeys(_DEAL_ONLY_SHOWN)
            item |= {"categoryId": 0, "closed": "N", "companyId": 0, "contactId": 0, "currencyId": "BRL"}
            item |= {"isManualOpportunity": "N", "opportunity": 0, "taxValue": 0, "typeId": "SALE"}
            item |= dict.fromkeys(("isNew", "isRecurring", "isRepeatedApproach", "isReturnCustomer"), "N")
        case Entity.CONTACT:
            item |= {"companyIds": [], "export": "Y", "typeId": "CLIENT"}
            item |= {"fm": [], "hasEmail": "N", "hasPhone": "N"}
        case Entity.COMPANY:
            item |= {"currencyId": "BRL", "isMyCompany": "N", "revenue": 0, "typeId": "CUSTOMER"}
            item |= {"fm": [], "hasEmail": "N", "hasPhone": "N"}
    return item


def read(entity: Entity, sent: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """What was sent to a record, as it is stored; unknown fields are passed over."""
    found: dict[str, Any] = {}
    for raw_name, value in sent.items():
        name = _custom(raw_name, item)
        if name in _READ[entity]:
            found[name] = _READ[entity][name](value)
        elif name.startswith("ufCrm") and name in item:
            found[name] = None if empty(value) else value
        elif name == "fm" and "fm" in item:
            found |= merged(item["fm"], value)
    if entity is Entity.DEAL:
        found |= _participants(found)
    return found


def writable(entity: Entity) -> list[str]:
    """The fields that may be written, custom ones aside."""
    return list(_READ[entity])


def older_name(name: str) -> str:
    """A field's name in the older methods."""
    return next((older for older, newer in _OLDER.items() if newer == name), _snake(name))


def custom_value(kind: str, value: Any) -> Any:
    """A custom field's single value by its `userTypeId`: a string field keeps texts alone."""
    match kind:
        case "string" | "url":
            return text(value)
        case "integer":
            return intval(value)
        case "double":
            return number(value)
        case _:
            return value


def total(rows: list[dict[str, Any]]) -> int | float:
    """What rows add up to: each is price × quantity to the cent, a negative one counts as nothing."""
    return number(sum((max(Decimal(0), _row_total(row)) for row in rows), Decimal(0)))


def from_older(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields of the older methods (`STAGE_ID`, `PHONE`) as items have them."""
    sent: dict[str, Any] = {}
    channels: list[dict[str, Any]] = []
    for name, value in fields.items():
        if name.upper() in ("PHONE", "EMAIL", "WEB", "IM"):
            channels += [{"TYPE_ID": name.upper()} | as_map(item) for item in as_list(value)]
        elif name.upper().startswith("UF_CRM"):
            sent[name] = value
        else:
            sent[_OLDER.get(name.upper(), _camel(name))] = value
    if channels:
        sent["fm"] = channels
    return sent


def to_older(item: dict[str, Any]) -> dict[str, Any]:
    """A record as the older methods read it: upper-case names, strings for everything."""
    newer = {name: older for older, name in _OLDER.items()}
    older = {newer.get(name, _snake(name)): _flat(value) for name, value in item.items() if name != "fm"}
    for channel in item.get("fm", []):
        kind = channel["typeId"]
        row = {"ID": str(channel["id"]), "VALUE_TYPE": channel["valueType"], "VALUE": channel["value"]}
        older.setdefault(kind, []).append(row | {"TYPE_ID": kind})
    return older


_OLDER = {
    "COMPANY_TYPE": "typeId",
    "DATE_CREATE": "createdTime",
    "DATE_MODIFY": "updatedTime",
    "CREATED_BY_ID": "createdBy",
    "MODIFY_BY_ID": "updatedBy",
}


def _flat(value: Any) -> Any:
    return value if value is None or isinstance(value, list | dict) else text(value)


def _camel(name: str) -> str:
    first, *others = name.lower().split("_")
    return first + "".join(part.capitalize() for part in others)


def _snake(name: str) -> str:
    return name.upper() if name.startswith("ufCrm_") else re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


def _custom(name: str, known: Collection[str]) -> str:
    """`UF_CRM_1721`, `ufCrm1721` and `ufCrm_1721` are one field."""
    if not name.lower().startswith(("uf_crm", "ufcrm")):
        return name
    plain = name.replace("_", "").lower()
    return next((k for k in known if k.replace("_", "").lower() == plain), name)


def _participants(found: dict[str, Any]) -> dict[str, Any]:
    """`contactId` is the first of `contactIds`; whichever was sent sets the other."""
    if "contactIds" in found:
        return {"contactId": next(iter(found["contactIds"]), 0)}
    if "contactId" in found:
        return {"contactIds": [found["contactId"]] if found["contactId"] else []}
    return {}


def _row_total(row: dict[str, Any]) -> Decimal:
    product = decimal(row["price"]) * decimal(row["quantity"])
    return product.quantize(Decimal("0.01"), ROUND_HALF_UP)
