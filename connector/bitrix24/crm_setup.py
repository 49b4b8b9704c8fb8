"""What deals of a portal can point to: pipelines, sources, people, presets and Ponte's own fields.

Reading it again changes nothing; a field that Ponte needs is made where it is missing.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import msgspec

from connector.bitrix24.client import Bitrix24
from connector.bitrix24.crm import DEAL, item_name
from connector.bitrix24.packer import Command, Packer
from connector.bitrix24.paged import Row, done, rows
from connector.domain.pipelines import Pipeline, Semantics, Stage
from connector.domain.vendor import Disconnected, Rejected

#: Presets of requisites by `XML_ID`.
PERSON_PRESET = "#CRM_REQUISITE_PRESET_DEF_BR_PERSON#"
COMPANY_PRESET = "#CRM_REQUISITE_PRESET_DEF_BR_LEGALENTITY#"

#: Brazil, as presets know it.
_BRAZIL = "34"
#: The portal keeps something from Ponte that it can do without.
_REFUSALS = frozenset({"insufficient_scope", "ACCESS_DENIED", "access_denied"})


class Choice(msgspec.Struct, frozen=True):
    """Something that a person may pick in a portal."""

    id: str
    name: str


class CrmPlaces(msgspec.Struct, frozen=True, kw_only=True):
    """What deals, contacts and companies of a portal can point to, kept in `portal.crm`.

    Fields have the names that items use; "" = the portal does not let Ponte make that field. The documents'
    fields are only made where the Brazilian preset of their kind is missing.
    """

    pipelines: tuple[Pipeline, ...]
    person_preset: int | None
    company_preset: int | None
    document_field_contact: str
    document_field_company: str
    invoice_field: str
    invoice_link_field: str
    sources: tuple[Choice, ...]
    #: Who works in the portal and was not dismissed.
    users: tuple[Choice, ...]


class Field(msgspec.Struct, frozen=True):
    """A custom field of Ponte's."""

    entity: str
    code: str
    type: str
    label: str
    english: str

    @property
    def name(self) -> str:
        """`userfieldconfig.add` refuses names that do not begin with `UF_{entity}_` (its documents)."""
        return f"UF_{self.entity}_PONTE_{self.code}"


INVOICE = Field("CRM_DEAL", "NOTA", "string", "Nota fiscal", "Invoice")
INVOICE_LINK = Field("CRM_DEAL", "NOTA_LINK", "url", "Link da nota fiscal", "Invoice link")
CONTACT_DOCUMENT = Field("CRM_CONTACT", "DOCUMENTO", "string", "CPF/CNPJ", "CPF/CNPJ")
COMPANY_DOCUMENT = Field("CRM_COMPANY", "DOCUMENTO", "string", "CPF/CNPJ", "CPF/CNPJ")


async def prepare_crm(client: Bitrix24, *, makes: bool = True) -> CrmPlaces:
    """Read a portal's places and make the fields that are missing.

    What is read together shares a request: two of them as a rule, one more where Brazil's presets are missing
    and for each further page of a list. Raises what a call raises, except that a portal that keeps its users
    or fields from Ponte still gives its places. Where it `makes` nothing, missing fields are `""`.
    """
    packer = Packer(client)
    pipelines, sources, users, people, invoice, link = await asyncio.gather(
        read_pipelines(packer),
        _statuses(packer, "SOURCE"),
        _users(packer),
        _people(packer, makes),
        _ensured(packer, INVOICE, makes),
        _ensured(packer, INVOICE_LINK, makes),
    )
    return CrmPlaces(
        pipelines=pipelines,
        person_preset=people.person_preset,
        company_preset=people.company_preset,
        document_field_contact=people.contact_field,
        document_field_company=people.company_field,
        invoice_field=invoice,
        invoice_link_field=link,
        sources=tuple(Choice(str(row["STATUS_ID"]), str(row.get("NAME") or "")) for row in sources),
        users=users,
    )


# Pipelines


async def read_pipelines(packer: Packer) -> tuple[Pipeline, ...]:
    """All pipelines of deals, the portal's first one in front."""
    asked = Command("crm.category.list", {"entityTypeId": DEAL})
    categories, first = await asyncio.gather(
        rows(packer, asked, "categories"), _statuses(packer, "DEAL_STAGE")
    )
    others = [int(row["id"]) for row in categories if int(row["id"])]
    found = await asyncio.gather(*(_statuses(packer, f"DEAL_STAGE_{number}") for number in others))
    stages = {0: first, **dict(zip(others, found, strict=True))}
    ordered = sorted(categories, key=lambda row: (int(row["id"]) != 0, int(row.get("sort") or 0)))
    return tuple(
        Pipeline(id=int(row["id"]), name=str(row.get("name") or ""), stages=_stages(stages[int(row["id"])]))
        for row in ordered
    )


def _stages(statuses: list[Row]) -> tuple[Stage, ...]:
    return tuple(
        Stage(
            id=str(row["STATUS_ID"]),
            name=str(row.get("NAME") or ""),
            semantics=_semantics(row.get("SEMANTICS")),
            sort=int(row.get("SORT") or 0),
        )
        for row in sorted(statuses, key=lambda row: (int(row.get("SORT") or 0), int(row["ID"])))
    )


def _semantics(told: Any) -> Semantics:
    """`S` won, `F` lost, null (and whatever else there may be) in progress."""
    return cast("Semantics", told) if told in ("S", "F") else ""


async def _statuses(packer: Packer, entity: str) -> list[Row]:
    asked = Command("crm.status.list", {"filter": {"ENTITY_ID": entity}, "order": {"SORT": "ASC"}})
    return await rows(packer, asked, "statuses")


# People


class _People(msgspec.Struct, frozen=True, kw_only=True):
    """Where documents of people and firms go."""

    person_preset: int | None
    company_preset: int | None
    contact_field: str
    company_field: str


async def _people(packer: Packer, makes: bool) -> _People:
    """The Brazilian presets; a field of Ponte's for those that the portal lacks."""
    asked = Command(
        "crm.requisite.preset.list",
        {"filter": {"COUNTRY_ID": _BRAZIL}, "select": ["ID", "XML_ID"], "order": {"ID": "ASC"}},
    )
    newest_first = reversed(await rows(packer, asked, "presets"))
    presets = {str(row.get("XML_ID")): int(row["ID"]) for row in newest_first}
    person, company = presets.get(PERSON_PRESET), presets.get(COMPANY_PRESET)
    contact_field, company_field = await asyncio.gather(
        _instead_of(person, packer, CONTACT_DOCUMENT, makes),
        _instead_of(company, packer, COMPANY_DOCUMENT, makes),
    )
    return _People(
        person_preset=person,
        company_preset=company,
        contact_field=contact_field,
        company_field=company_field,
    )


async def _users(packer: Packer) -> tuple[Choice, ...]:
    """Who works in the portal; nobody where the scope is missing.

    Dismissed people are left out here: the method's own filter wants a boolean, which a batch cannot carry.
    """
    try:
        found = await rows(packer, Command("user.get", {"sort": "ID", "order": "ASC"}), "users")
    except (Disconnected, Rejected) as error:
        if not _is_refusal(error):
            raise
        return ()
    return tuple(Choice(str(row["ID"]), _name(row)) for row in found if row.get("ACTIVE") in (True, "Y"))


def _name(user: Row) -> str:
    parts = [str(user.get(part) or "").strip() for part in ("NAME", "LAST_NAME")]
    return " ".join(filter(None, parts)) or str(user.get("EMAIL") or f"#{user['ID']}")


# Fields


async def _instead_of(preset: int | None, packer: Packer, field: Field, makes: bool) -> str:
    return await _ensured(packer, field, makes) if preset is None else ""


async def _ensured(packer: Packer, field: Field, makes: bool) -> str:
    """The field's name in items; it is made if missing. "" if Ponte may not, or the portal refuses."""
    try:
        if not await _is_there(packer, field):
            if not makes:
                return ""
            await _make(packer, field)
    except (Disconnected, Rejected) as error:
        if not _is_refusal(error):
            raise
        return ""
    return item_name(field.name)


async def _is_there(packer: Packer, field: Field) -> bool:
    wanted = {"entityId": field.entity, "fieldName": field.name}
    asked = Command("userfieldconfig.list", {"moduleId": "crm", "filter": wanted})
    return any(row.get("fieldName") == field.name for row in await rows(packer, asked, "fields"))


async def _make(packer: Packer, field: Field) -> None:
    """Make the field; of two who make it at once, the second finds it."""
    described = {
        "entityId": field.entity,
        "fieldName": field.name,
        "userTypeId": field.type,
        "editFormLabel": {"br": field.label, "en": field.english},
        "isSearchable": "Y",
        "showFilter": "Y",
    }
    try:
        await done(packer, Command("userfieldconfig.add", {"moduleId": "crm", "field": described}))
    except Rejected:
        if not await _is_there(packer, field):
            raise


def _is_refusal(error: Disconnected | Rejected) -> bool:
    return isinstance(error, Rejected) or error.code in _REFUSALS
