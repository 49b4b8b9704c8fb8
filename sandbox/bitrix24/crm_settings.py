"""Pipelines, stages, custom fields and comments of the CRM."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.crm import Entity
from sandbox.bitrix24.crm_custom import LABELS, item_name, user_field
from sandbox.bitrix24.crm_statuses import statuses
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.query import Listed, listing
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import as_list, as_map, empty, intval, iso, text


@method("crm.category.list", "crm")
def category_list(call: Call) -> Any:
    """Pipelines of deals."""
    if intval(call.params.get("entityTypeId")) != Entity.DEAL:
        raise RestError("NOT_FOUND", "Smart process not found")
    rows = [category.answer() for category in reversed(call.portal.crm.categories)]
    return Listed({"categories": rows}, len(rows))


@method("crm.status.list", "crm")
def status_list(call: Call) -> Any:
    """Stages of the pipelines, sources and kinds, by `ENTITY_ID`."""
    stages = [stage.answer() for stage in call.portal.crm.stages]
    return listing([*stages, *statuses()], call.params, call.start)


@method("crm.currency.base.get", "crm")
def base_currency(call: Call) -> Any:
    """The portal's currency."""
    return "BRL"


@method("crm.timeline.comment.add", "crm")
def comment_add(call: Call) -> Any:
    """A comment on a record's timeline."""
    fields = {key.upper(): value for key, value in call.fields().items()}
    kind = text(fields.get("ENTITY_TYPE")).upper()
    owner = intval(fields.get("ENTITY_ID"))
    if kind not in Entity.__members__ or owner not in call.portal.crm.items[Entity[kind]]:
        raise RestError("NOT_FOUND", "Not found.")
    comment_id = next(call.portal.crm.next_other)
    call.portal.crm.comments[comment_id] = {
        "ID": str(comment_id),
        "ENTITY_ID": str(owner),
        "ENTITY_TYPE": kind.lower(),
        "CREATED": iso(call.now),
        "COMMENT": text(fields.get("COMMENT")),
        "AUTHOR_ID": str(call.token.user_id),
    }
    return comment_id


@method("crm.timeline.comment.list", "crm")
def comment_list(call: Call) -> Any:
    """Comments by filter."""
    return listing(list(call.portal.crm.comments.values()), call.params, call.start)


@method("userfieldconfig.add", "userfieldconfig", "crm", admin=True, denied="ACCESS_DENIED")
def user_field_add(call: Call) -> Any:
    """A custom field of a CRM entity."""
    _require_crm(call)
    sent = as_map(call.params.get("field"))
    name, entity_id = text(sent.get("fieldName")).upper(), text(sent.get("entityId"))
    if empty(name):
        raise RestError("", "The 'FIELD_NAME' field is not found.")
    if not name.startswith(f"UF_{entity_id}_"):
        raise RestError("", "You cannot create custom fields")
    crm = call.portal.crm
    if any(held["fieldName"] == name and held["entityId"] == entity_id for held in crm.user_fields.values()):
        raise RestError("", f"O campo {name} para o objeto {entity_id} já existe.")
    field_id = next(crm.next_other)
    field = user_field(field_id, entity_id, name, text(sent.get("userTypeId") or "string"), sent)
    field |= {"id": str(field_id), "entityId": entity_id, "fieldName": name}
    if not empty(sent.get("enum")):
        field["enum"] = [_choice(call, field_id, as_map(row)) for row in as_list(sent["enum"])]
    crm.user_fields[field_id] = field
    for entity in Entity:
        if entity_id == f"CRM_{entity.name}":
            for item in crm.items[entity].values():
                item.setdefault(item_name(name), None)
    return {"field": field}


@method("userfieldconfig.list", "userfieldconfig", "crm")
def user_field_list(call: Call) -> Any:
    """Custom fields by filter; labels come for the language that `select` names, else not at all."""
    _require_crm(call)
    found = listing(list(call.portal.crm.user_fields.values()), call.params, call.start)
    language = text(as_map(call.params.get("select")).get("language"))
    return Listed({"fields": [_in_language(row, language) for row in found.result]}, found.total, found.next)


@method("userfieldconfig.delete", "userfieldconfig", "crm", admin=True, denied="ACCESS_DENIED")
def user_field_delete(call: Call) -> Any:
    """Take a custom field away, and with it all its values."""
    _require_crm(call)
    crm = call.portal.crm
    field = crm.user_fields.pop(call.id(), None)
    if field is None:
        raise RestError("", "The field is not found.")
    for entity in Entity:
        if field["entityId"] == f"CRM_{entity.name}":
            for item in crm.items[entity].values():
                item.pop(item_name(field["fieldName"]), None)
    return None


def _in_language(field: dict[str, Any], language: str) -> dict[str, Any]:
    plain = {name: value for name, value in field.items() if name not in LABELS and name != "languageId"}
    if not language:
        return plain
    labels = {name: field[name].get(language) for name in LABELS if name in field}
    shown = {name: {language: label} if label else None for name, label in labels.items()}
    return plain | {"languageId": {language: language}} | shown


def _require_crm(call: Call) -> None:
    if text(call.params.get("moduleId")) != "crm":
        raise RestError("", "The 'moduleId' parameter is invalid.")


def _choice(call: Call, field_id: int, sent: dict[str, Any]) -> dict[str, Any]:
    choice_id = next(call.portal.crm.next_other)
    return {
        "id": str(choice_id),
        "userFieldId": str(field_id),
        "value": text(sent.get("value")),
        "def": text(sent.get("def") or "N"),
        "sort": text(sent.get("sort") or 500),
        "xmlId": text(sent.get("xmlId") or f"choice{choice_id}"),
    }
