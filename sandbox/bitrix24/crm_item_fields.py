"""`crm.item.fields`: what a deal, contact or company can hold, the portal's own fields included."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24 import crm_fields, crm_items
from sandbox.bitrix24.crm import Crm, Entity
from sandbox.bitrix24.crm_custom import item_name
from sandbox.bitrix24.registry import Call, method

_TYPES = {
    "assignedById": "user",
    "birthdate": "date",
    "categoryId": "crm_category",
    "closedate": "date",
    "begindate": "date",
    "comments": "text",
    "companyId": "crm_company",
    "companyIds": "crm_company",
    "contactId": "crm_contact",
    "contactIds": "crm_contact",
    "createdTime": "datetime",
    "currencyId": "crm_currency",
    "id": "integer",
    "isManualOpportunity": "boolean",
    "observers": "user",
    "opened": "boolean",
    "opportunity": "double",
    "probability": "integer",
    "revenue": "double",
    "sourceDescription": "text",
    "sourceId": "crm_status",
    "stageId": "crm_status",
    "taxValue": "double",
    "typeId": "crm_status",
    "updatedTime": "datetime",
}
"""Types that are not plain strings."""

_TITLES = {
    "additionalInfo": "Informações adicionais",
    "assignedById": "Responsável",
    "begindate": "Data de início",
    "categoryId": "Funil",
    "closedate": "Data de término",
    "comments": "Comentário",
    "companyId": "Empresa",
    "contactIds": "Contatos",
    "currencyId": "Moeda",
    "id": "ID",
    "lastName": "Sobrenome",
    "name": "Nome",
    "opportunity": "Valor",
    "originId": "ID na fonte externa",
    "originatorId": "Fonte externa",
    "probability": "Probabilidade",
    "sourceDescription": "Informações da fonte",
    "sourceId": "Fonte",
    "stageId": "Etapa",
    "title": "Nome",
    "typeId": "Tipo",
}
"""What the portal calls them; a field that is not listed goes by its own name."""

_MULTIPLE = frozenset({"companyIds", "contactIds", "observers"})
_READ_ONLY = ("id", "createdTime", "updatedTime")


@method("crm.item.fields", "crm")
def item_fields(call: Call) -> Any:
    """The fields by their names in items."""
    entity = crm_items.entity_of(call.params)
    plain = [*_READ_ONLY, *crm_fields.writable(entity)]
    return {"fields": {name: _plain(name) for name in plain} | _custom(call.portal.crm, entity)}


def _plain(name: str) -> dict[str, Any]:
    return _described(
        _TYPES.get(name, "string"),
        _TITLES.get(name, name),
        crm_fields.older_name(name),
        read_only=name in _READ_ONLY,
        multiple=name in _MULTIPLE,
    )


def _custom(crm: Crm, entity: Entity) -> dict[str, dict[str, Any]]:
    labels = dict(crm.mandatory(entity))
    return {
        item_name(field["fieldName"]): _described(
            field["userTypeId"],
            next((label for label in field["editFormLabel"].values() if label), field["fieldName"]),
            field["fieldName"],
            multiple=field["multiple"] == "Y",
            custom=True,
            required=item_name(field["fieldName"]) in labels,
        )
        for field in crm.user_fields.values()
        if field["entityId"] == f"CRM_{entity.name}"
    }


def _described(
    kind: str,
    title: str,
    upper_name: str,
    *,
    read_only: bool = False,
    multiple: bool = False,
    custom: bool = False,
    required: bool = False,
) -> dict[str, Any]:
    return {
        "type": kind,
        "isRequired": required,
        "isReadOnly": read_only,
        "isImmutable": False,
        "isMultiple": multiple,
        "isDynamic": custom,
        "title": title,
        "upperName": upper_name,
    }
