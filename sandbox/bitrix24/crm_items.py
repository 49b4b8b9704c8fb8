"""`crm.item.*` for deals, contacts and companies, and the older `crm.deal.add` and its kin.

Vendor facts: required custom fields are checked; an update that changes nothing is not saved
and raises no event; `opportunity` is what the rows add up to unless it is manual.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.bitrix24 import crm_fields, crm_stages
from sandbox.bitrix24.crm import Crm, Entity
from sandbox.bitrix24.crm_index import fitting
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.query import (
    Conditions,
    Listed,
    fields_of,
    holds,
    ordered,
    page,
    parse_filter,
    selected,
)
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import as_list, as_map, empty, intval, iso

BATCH_IMPORT_LIMIT = 20


def not_found() -> RestError:
    """No such record."""
    return RestError("NOT_FOUND", "Element not found")


@method("crm.item.add", "crm")
def item_add(call: Call) -> Any:
    """A new record."""
    return {"item": _full(create(call, entity_of(call.params), call.fields()))}


@method("crm.item.update", "crm")
def item_update(call: Call) -> Any:
    """Change a record."""
    entity = entity_of(call.params)
    item = _existing(call.portal.crm, entity, call.id())
    update(call, entity, item, call.fields())
    return {"item": _full(item)}


@method("crm.item.get", "crm")
def item_get(call: Call) -> Any:
    """One record."""
    return {"item": _full(_existing(call.portal.crm, entity_of(call.params), call.id()))}


@method("crm.item.delete", "crm")
def item_delete(call: Call) -> Any:
    """Delete a record with all that hangs on it."""
    delete(call, entity_of(call.params), call.id())
    return []


@method("crm.item.list", "crm")
def item_list(call: Call) -> Any:
    """Records by filter. Fields that do not exist are refused here, unlike in the catalogue."""
    entity = entity_of(call.params)
    crm = call.portal.crm
    known = frozenset(crm_fields.blank(entity)) | {"id", *crm.custom_names(entity)}
    conditions = parse_filter(call.params.get("filter"))
    for name in fields_of(conditions):
        if name not in known:
            raise RestError("INVALID_ARG_VALUE", f"Invalid filter: field '{name}' is not allowed in filter")
    found = [item for item in _candidates(crm, entity, conditions) if holds(conditions, item, dict.get)]
    rows, total, following = page(ordered(found, call.params.get("order"), dict.get, known), call.start)
    select = as_list(call.params.get("select"))
    shown = [{"id": row["id"]} | selected(row, select) for row in rows]
    return Listed({"items": shown}, total, following)


@method("crm.item.batchImport", "crm")
def item_batch_import(call: Call) -> Any:
    """Up to twenty new records without automations; each fails for itself."""
    entity = entity_of(call.params)
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
    item |= _read(crm, entity, sent, item)
    _check_mandatory(crm, entity, item)
    if entity is Entity.DEAL:
        crm_stages.start(crm, item, call.now)
        item |= {"movedBy": author, "movedTime": now}
    else:
        _name_person(entity, item)
    crm.keep(entity, item)
    happened(call, entity, "ADD", item["id"])
    return item


def update(call: Call, entity: Entity, item: dict[str, Any], sent: dict[str, Any]) -> bool:
    """Change a record; whether anything was different."""
    crm = call.portal.crm
    read = _read(crm, entity, sent, item)
    if entity is Entity.DEAL:
        read |= crm_stages.chosen(crm, item, read)
    changes = {name: value for name, value in read.items() if item[name] != value}
    if not changes:
        return False
    _check_mandatory(crm, entity, item | changes)
    if "stageId" in changes:
        changes |= crm_stages.moved(crm, item, changes["stageId"], call.now)
        changes |= {"movedBy": call.token.user_id, "movedTime": iso(call.now)}
    item |= changes
    rows = crm.rows.get((entity.letter, item["id"]))
    if rows and item["isManualOpportunity"] == "N":
        item["opportunity"] = crm_fields.total(rows)
    item |= {"updatedTime": iso(call.now), "updatedBy": call.token.user_id}
    crm.keep(entity, item)
    happened(call, entity, "UPDATE", item["id"])
    return True


def delete(call: Call, entity: Entity, item_id: int) -> None:
    """Delete a record; RestError if there is none."""
    _existing(call.portal.crm, entity, item_id)
    call.portal.crm.forget(entity, item_id)
    happened(call, entity, "DELETE", item_id)


def happened(call: Call, entity: Entity, action: str, item_id: int) -> None:
    """Raise `ONCRM…`."""
    call.portal.events.happened(f"ONCRM{entity.name}{action}", {"FIELDS": {"ID": str(item_id)}}, call.author)


def entity_of(params: dict[str, Any]) -> Entity:
    """What `entityTypeId` names; RestError for kinds that do not exist here."""
    try:
        return Entity(intval(params.get("entityTypeId")))
    except ValueError:
        raise RestError("NOT_FOUND", "Smart process not found") from None


def _existing(crm: Crm, entity: Entity, item_id: int) -> dict[str, Any]:
    item = crm.items[entity].get(item_id)
    if item is None:
        raise not_found()
    return item


def _candidates(crm: Crm, entity: Entity, conditions: Conditions) -> Iterable[dict[str, Any]]:
    """The records worth a look, by rising id."""
    ids = fitting(crm.index[entity], conditions, {"id", "originId", *crm.custom_names(entity)})
    items = crm.items[entity]
    return items.values() if ids is None else [items[found] for found in sorted(ids)]


def _read(crm: Crm, entity: Entity, sent: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """What was sent, as it would be stored in the record."""
    read = crm_fields.read(entity, sent, item)
    for name, kind in crm.custom_types(entity).items():
        if kind and not empty(read.get(name)):
            read[name] = crm_fields.custom_value(kind, read[name])
    return read


def _full(item: dict[str, Any]) -> dict[str, Any]:
    return dict(item)


def _check_mandatory(crm: Crm, entity: Entity, item: dict[str, Any]) -> None:
    for name, label in crm.mandatory(entity):
        if empty(item.get(name)):
            raise RestError("CRM_FIELD_ERROR_REQUIRED", f'O campo "{label}" é obrigatório')


def _name_person(entity: Entity, item: dict[str, Any]) -> None:
    if entity is Entity.COMPANY and empty(item["title"]):
        item["title"] = f"Empresa #{item['id']}"
    if entity is Entity.CONTACT and empty(item["name"]) and empty(item["lastName"]):
        item["name"] = f"Contato #{item['id']}"
