"""Custom fields: their names, and how `userfieldconfig` shows them."""

from __future__ import annotations

import re
from typing import Any

LABELS = ("editFormLabel", "listColumnLabel", "listFilterLabel", "errorMessage", "helpMessage")
"""What a custom field says to people, by language."""

_CONVERTED = re.compile(r"[A-Z_]+|UF_CRM_\d{1,4}_([\d_]+|[A-Z_]+)")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)_(?=\d)")


def item_name(field_name: str) -> str:
    """A custom field's name in items, as the portal's own converter makes it.

    `UF_CRM_DEAL_NOTA` → `ufCrmDealNota`; names with other digits keep their tail: `UF_CRM_1721` →
    `ufCrm_1721`.
    """
    if not _CONVERTED.fullmatch(field_name):
        return f"ufCrm_{field_name.removeprefix('UF_CRM_')}"
    first, *others = _BETWEEN_DIGITS.sub("~", field_name).lower().split("_")
    return (first + "".join(part.capitalize() for part in others)).replace("~", "_")


def user_field(
    field_id: int, entity_id: str, field_name: str, type_id: str, sent: dict[str, Any]
) -> dict[str, Any]:
    """A custom field as `userfieldconfig.add` answers it."""
    shown: dict[str, Any] = {
        "id": str(field_id),
        "entityId": entity_id,
        "fieldName": field_name,
        "userTypeId": type_id,
        "xmlId": None,
        "sort": "100",
        "multiple": "N",
        "mandatory": "N",
        "showFilter": "N",
        "showInList": "Y",
        "editInList": "Y",
        "isSearchable": "N",
        "settings": [],
        "languageId": {"br": "br"},
    }
    shown |= {name: {"br": None} for name in LABELS}
    return shown | {name: value for name, value in sent.items() if name in shown}
