"""`crm.item.*` for deals, contacts and companies, and the older `crm.deal.add` and its kin.

Vendor facts: required custom fields are checked; an update that changes nothing is not saved
and raises no event; `opportunity` is what the rows add up to unless it is manual.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sandbox.bitrix24 import crm_fields
from sandbox.bitrix24.crm import Crm, Entity
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.query import Listed, fields_of, holds, ordered, page, parse_filter, selected
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import PORTAL_ZONE, as_list, as_map, empty, intval, iso

BATCH_IMPORT_LIMIT = 20


def not_found() -> RestError:
    """No such record."""
    return RestError("NOT_FOUND", "Element not found")


@method("crm.item.add", "crm")
def item_add(call: Call) -> Any:
    """A new record."""
    return {"item": _full(create(call, _entity(call.params), call.fields()))}


@method("crm.item.update", "crm")
def item_update(call: Call) -> Any:
    """Change a record."""
    entity = _entity(call.params)
    item = _existing(call.portal.crm, entity, call.id())
    update(call, entity, item, call.fields())
    return {"item": _full(item)}


@method("crm.item.get", "crm")
def item_get(call: Call) -> Any:
    """One record."""
    return {"item": _full(_existing(call.portal.crm, _entity(call.params), call.id()))}


@method("crm.item.delete", "crm")
def item_delete(call: Call) -> Any:
    """Delete a record with its rows."""
    entity = _entity(call.params)
    crm = call.portal.crm
    item = _existing(crm, entity, call.id())
    del crm.items[entity][item["id"]]
    crm.rows.pop((entity.letter, item["id"]), None)
    happened(call, entity, "DELETE", item["id"])
    return []


@method("crm.item.list", "crm")
def item_list(call: Call) -> Any:
    """Records by filter. Fields that do not exist are refused here, unlike in the catalogue."""
    entity = _entity(call.params)
    crm = call.portal.crm
    known = frozenset(crm_fields.blank(entity)) | {"id", *crm.custom_names(entity)}
    conditions = parse_filter(call.params.get("filter"))
    for name in fields_of(conditions):
        if name not in known:
            raise RestError("INVALID_ARG_VALUE", f"Invalid filter: field '{name}' is not allowed in filter")
    found = [item for item in crm.items[entity].values() if holds(conditions, item, dict.get)]
    rows, total, following = page(ordered(found, call.params.get("order"), dict.get, known), call.start)
    select = as_list(call.params.get("select"))
    shown = [{"id": row["id"]} | selected(row, select) for row in rows]
    return Listed({"items": shown}, total, following)


@method("crm.item.batchImport", "crm")
def item_batch_import(call: Call) -> Any:
    """Up to twenty new records without automations; each fails for itself."""
    entity = _entity(call.params)
    sent = as_list(call.params.get("data"))
    if len(sent) > BATCH_IMPORT_LIMIT:
        raise RestError("TOO_MANY_ITEMS", f"Maximum {BATCH_IMPORT_LIMIT} items are allowed")
    return {"items": [_import(call, entity, as_map(fields)) for fields in sent]}


def _import(call: Call, entity: Entity, fields: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"item": {"id": create(call, entity, fields)["id"]}}
    except RestError as refusal:
        return dict(refusal.body())


# The older methods: upper-case names, the bare id as result


def _register_older(entity: Entity) -> None:
    name = f"crm.{entity.name.lower()}"

    def sent(call: Call) -> dict[str, Any]:
        fields = call.insensitive().get("FIELDS")
        if not isinstance(fields, dict):
            raise RestError("", "Parameter 'fields' must be array.")
        return crm_fields.from_older(fields)

    @method(f"{name}.add", "crm")
    def add(call: Call) -> Any:
        return create(call, entity, sent(call))["id"]

    @method(f"{name}.update", "crm")
    def change(call: Call) -> Any:
        item = _existing(call.portal.crm, entity, intval(call.insensitive().get("ID")))
        update(call, entity, item, sent(call))
        return True

    @method(f"{name}.get", "crm")
    def get(call: Call) -> Any:
        item = _existing(call.portal.crm, entity, intval(call.insensitive().get("ID")))
        return crm_fields.to_older(item)


for _older in Entity:
    _register_older(_older)


def create(call: Call, entity: Entity, sent: dict[str, Any]) -> dict[str, Any]:
    """Add a record; RestError if a field that the portal requires is missing."""
    crm = call.portal.crm
    item = crm_fields.blank(entity) | dict.fromkeys(crm.custom_names(entity))
    item["id"] = next(crm.next_item[entity])
    now = iso(call.now)
    item |= {"createdTime": now, "updatedTime": now, "lastActivityTime": now}
    author = call.token.user_id
    item |= {"createdBy": author, "updatedBy": author, "assignedById": author, "lastActivityBy": author}
    item |= crm_fields.read(entity, sent, item.keys())
    _check_mandatory(crm, entity, item)
    if entity is Entity.DEAL:
        _start_deal(crm, item, call.now)
        item |= {"movedBy": author, "movedTime": now}
    else:
        _name_person(entity, item)
    crm.items[entity][item["id"]] = item
    happened(call, entity, "ADD", item["id"])
    return item


def update(call: Call, entity: Entity, item: dict[str, Any], sent: dict[str, Any]) -> bool:
    """Change a record; whether anything was different."""
    changes = {
        name: value
        for name, value in crm_fields.read(entity, sent, item.keys()).items()
        if item[name] != value
    }
    if not changes:
        return False
    crm = call.portal.crm
    _check_mandatory(crm, entity, item | changes)
    if "stageId" in changes or "categoryId" in changes:
        changes |= _moved(crm, item | changes) | {"movedBy": call.token.user_id, "movedTime": iso(call.now)}
    item |= changes
    if item.get("isManualOpportunity") == "N" and (entity.letter, item["id"]) in crm.rows:
        item["opportunity"] = crm_fields.total(crm.rows[(entity.letter, item["id"])])
    item |= {"updatedTime": iso(call.now), "updatedBy": call.token.user_id}
    happened(call, entity, "UPDATE", item["id"])
    return True


def happened(call: Call, entity: Entity, action: str, item_id: int) -> None:
    """Raise `ONCRM…`."""
    call.portal.events.happened(f"ONCRM{entity.name}{action}", {"FIELDS": {"ID": str(item_id)}}, call.author)


def _entity(params: dict[str, Any]) -> Entity:
    try:
        return Entity(intval(params.get("entityTypeId")))
    except ValueError:
        raise RestError("NOT_FOUND", "Smart process not found") from None


def _existing(crm: Crm, entity: Entity, item_id: int) -> dict[str, Any]:
    item = crm.items[entity].get(item_id)
    if item is None:
        raise not_found()
    return item


def _full(item: dict[str, Any]) -> dict[str, Any]:
    return dict(item)


def _check_mandatory(crm: Crm, entity: Entity, item: dict[str, Any]) -> None:
    for name, label in crm.mandatory(entity):
        if empty(item.get(name)):
            raise RestError("CRM_FIELD_ERROR_REQUIRED", f'O campo "{label}" é obrigatório')


def _start_deal(crm: Crm, item: dict[str, Any], now: float) -> None:
    stages = crm.stages_of(item["categoryId"] or 0)
    if not stages:
        raise RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", "Invalid value of field 'categoryId'")
    item["stageId"] = item["stageId"] or stages[0].status_id
    item |= _moved(crm, item)
    today = datetime.fromtimestamp(now, PORTAL_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    item["begindate"] = item["begindate"] or today.isoformat()
    item["closedate"] = item["closedate"] or (today + timedelta(days=7)).isoformat()
    item["title"] = item["title"] or f"Negócio #{item['id']}"


def _moved(crm: Crm, item: dict[str, Any]) -> dict[str, Any]:
    """What follows from the stage: its meaning, and whether the deal is closed."""
    stage = crm.stage(item["categoryId"] or 0, item["stageId"])
    if stage is None:
        raise RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", "Invalid value of field 'stageId'")
    meaning = stage.semantics or "P"
    return {"stageSemanticId": meaning, "closed": "N" if meaning == "P" else "Y"}


def _name_person(entity: Entity, item: dict[str, Any]) -> None:
    if entity is Entity.COMPANY and empty(item["title"]):
        item["title"] = f"Empresa #{item['id']}"
    if entity is Entity.CONTACT and empty(item["name"]) and empty(item["lastName"]):
        item["name"] = f"Contato #{item['id']}"
