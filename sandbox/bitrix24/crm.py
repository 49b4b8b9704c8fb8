"""A portal's CRM: deals, contacts, companies with their rows, stages, requisites and comments."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.bitrix24.crm_custom import item_name, user_field
from sandbox.bitrix24.crm_index import item_keys
from sandbox.core.index import Index

if TYPE_CHECKING:
    from sandbox.bitrix24.portal import Portal


class Entity(IntEnum):
    """`entityTypeId` of the kinds of records that exist here."""

    DEAL = 2
    CONTACT = 3
    COMPANY = 4

    @property
    def letter(self) -> str:
        """`ownerType` in product rows."""
        return {Entity.DEAL: "D", Entity.CONTACT: "C", Entity.COMPANY: "CO"}[self]


class Category(msgspec.Struct, frozen=True):
    """A pipeline of deals; 0 is the default one."""

    id: int
    name: str

    @property
    def stage_entity(self) -> str:
        """`ENTITY_ID` of its stages."""
        return "DEAL_STAGE" if self.id == 0 else f"DEAL_STAGE_{self.id}"

    @property
    def prefix(self) -> str:
        """What stands before its stages' `STATUS_ID`."""
        return "" if self.id == 0 else f"C{self.id}:"

    def answer(self) -> dict[str, Any]:
        """As `crm.category.list` shows it."""
        shown = {"id": self.id, "name": self.name, "sort": 300 if self.id == 0 else 200, "entityTypeId": 2}
        if self.id == 0:
            return shown | {"isDefault": "Y"}
        return shown | {"isDefault": "N", "originId": "", "originatorId": ""}


class Stage(msgspec.Struct, frozen=True):
    """A stage; `semantics` is S won, F lost, None in progress."""

    id: int
    category: Category
    status_id: str
    name: str
    sort: int
    semantics: str | None
    color: str
    system: bool

    def answer(self) -> dict[str, Any]:
        """As `crm.status.list` shows it."""
        word = {None: "process", "S": "success", "F": "failure"}[self.semantics]
        return {
            "ID": str(self.id),
            "ENTITY_ID": self.category.stage_entity,
            "STATUS_ID": self.status_id,
            "NAME": self.name,
            "NAME_INIT": self.name if self.system else "",
            "SORT": str(self.sort),
            "SYSTEM": "Y" if self.system else "N",
            "CATEGORY_ID": None if self.category.id == 0 else str(self.category.id),
            "COLOR": self.color,
            "SEMANTICS": self.semantics,
            "EXTRA": {"SEMANTICS": word, "COLOR": self.color},
        }


_STAGES: tuple[tuple[str, str, str | None, str, bool], ...] = (
    ("NEW", "Novo", None, "#39A8EF", True),
    ("PREPARATION", "Em andamento", None, "#2FC6F6", False),
    ("WON", "Negócio ganho", "S", "#7BD500", True),
    ("LOSE", "Negócio perdido", "F", "#FF5752", True),
)

_PRESETS = (
    (1, "Organization", "#CRM_REQUISITE_PRESET_DEF_COMPANY#", "0"),
    (3, "Person", "#CRM_REQUISITE_PRESET_DEF_PERSON#", "0"),
)
_BRAZILIAN_PRESETS = (
    (5, "Pessoa jurídica", "#CRM_REQUISITE_PRESET_DEF_BR_LEGALENTITY#", "34"),
    (6, "Pessoa física", "#CRM_REQUISITE_PRESET_DEF_BR_PERSON#", "34"),
)

REQUIRED_FIELD = "UF_CRM_1767225600001"
REQUIRED_LABEL = "Origem da venda"


class Crm:
    """All CRM records of one portal."""

    def __init__(self, portal: Portal, *, first_id: int) -> None:
        self.portal = portal
        self.items: dict[Entity, dict[int, dict[str, Any]]] = {entity: {} for entity in Entity}
        self.index = {entity: Index() for entity in Entity}
        self.rows: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self.requisites: dict[int, dict[str, Any]] = {}
        self.requisite_index = Index()
        self.addresses: dict[tuple[int, int], dict[str, Any]] = {}
        """By requisite and address type: a requisite has one address of each type."""
        self.comments: dict[int, dict[str, Any]] = {}
        self.user_fields: dict[int, dict[str, Any]] = {}
        self.categories = [Category(0, "Geral"), Category(portal.plan.number + 8, "Atacado")]
        self.stages = list(self._first_stages())
        self.next_item = {entity: count(first_id + 10 * entity) for entity in Entity}
        self.next_row = count(first_id * 10)
        self.next_other = count(first_id * 20)
        if portal.plan.required_deal_field:
            self._require_field()

    def keep(self, entity: Entity, item: dict[str, Any]) -> None:
        """Put a new or changed record where lists and duplicates find it."""
        self.items[entity][item["id"]] = item
        self.index[entity].put(item["id"], item_keys(item, self.custom_names(entity)))

    def forget(self, entity: Entity, item_id: int) -> None:
        """Drop a record with its rows, requisites and addresses."""
        del self.items[entity][item_id]
        self.index[entity].drop(item_id)
        self.rows.pop((entity.letter, item_id), None)
        if entity is not Entity.DEAL:
            for requisite_id in self.requisites_of(entity, item_id):
                self.forget_requisite(requisite_id)

    def keep_requisite(self, requisite: dict[str, Any]) -> None:
        """Put a new or changed requisite where lists find it."""
        number = int(requisite["ID"])
        self.requisites[number] = requisite
        filled = ((name, value) for name, value in requisite.items() if value)
        self.requisite_index.put(number, (f"{name}={value}" for name, value in filled))

    def forget_requisite(self, requisite_id: int) -> None:
        """Drop a requisite with its addresses."""
        del self.requisites[requisite_id]
        self.requisite_index.drop(requisite_id)
        for key in [key for key in self.addresses if key[0] == requisite_id]:
            del self.addresses[key]

    def requisites_of(self, entity: Entity, item_id: int) -> list[int]:
        """The requisites of a contact or company, by rising id."""
        owned = self.requisite_index.find((f"ENTITY_ID={item_id}",))
        kind = str(int(entity))
        return sorted(found for found in owned if self.requisites[found]["ENTITY_TYPE_ID"] == kind)

    def presets(self) -> list[dict[str, Any]]:
        """The rows of `crm.requisite.preset.list`."""
        known = _PRESETS + (_BRAZILIAN_PRESETS if self.portal.plan.brazilian_presets else ())
        return [
            {"ID": str(i), "NAME": name, "XML_ID": xml_id, "COUNTRY_ID": country, "ENTITY_TYPE_ID": "8"}
            | {"ACTIVE": "Y", "SORT": "500"}
            for i, name, xml_id, country in known
        ]

    def category(self, category_id: int) -> Category | None:
        """A pipeline by id."""
        return next((found for found in self.categories if found.id == category_id), None)

    def stages_of(self, category_id: int) -> list[Stage]:
        """A pipeline's stages in their order."""
        return [stage for stage in self.stages if stage.category.id == category_id]

    def stage(self, category_id: int, status_id: str) -> Stage | None:
        """A pipeline's stage by its `STATUS_ID`."""
        return next((s for s in self.stages_of(category_id) if s.status_id == status_id), None)

    def mandatory(self, entity: Entity) -> Iterator[tuple[str, str]]:
        """Name (as items have it) and label of the custom fields that must be filled in."""
        for field in self.user_fields.values():
            if field["entityId"] == f"CRM_{entity.name}" and field["mandatory"] == "Y":
                label = next((label for label in field["editFormLabel"].values() if label), "")
                yield item_name(field["fieldName"]), label or field["fieldName"]

    def custom_names(self, entity: Entity) -> list[str]:
        """The custom fields of an entity, as items have them."""
        return list(self.custom_types(entity))

    def custom_types(self, entity: Entity) -> dict[str, str]:
        """The same with their `userTypeId`, "" for those that hold several values."""
        return {
            item_name(field["fieldName"]): field["userTypeId"] if field["multiple"] == "N" else ""
            for field in self.user_fields.values()
            if field["entityId"] == f"CRM_{entity.name}"
        }

    def _first_stages(self) -> Iterator[Stage]:
        number = count(101, 2)
        for category in self.categories:
            for place, (status_id, name, semantics, color, system) in enumerate(_STAGES, 1):
                full = category.prefix + status_id
                yield Stage(next(number), category, full, name, place * 10, semantics, color, system)

    def _require_field(self) -> None:
        self.user_fields[1] = user_field(
            1,
            "CRM_DEAL",
            REQUIRED_FIELD,
            "string",
            {"editFormLabel": {"br": REQUIRED_LABEL}, "mandatory": "Y"},
        )
