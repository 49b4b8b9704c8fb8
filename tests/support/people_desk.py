"""A portal, an account with contacts, and orders that name them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from redis.asyncio import Redis

from connector.bitrix24.crm import item_name
from connector.bitrix24.crm_setup import CONTACT_DOCUMENT, CrmPlaces, prepare_crm
from connector.bitrix24.limits import Allowance
from connector.bitrix24.packer import Command, Packer, Result
from connector.domain.events import Kind, RecordKey, RecordState
from connector.domain.people import person_of_order
from connector.domain.vendor import Gone
from connector.store.links import Link
from connector.sync.deals.people import Making, Party, People
from tests.support import vendors
from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

ACCOUNT, BRANCH = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONTACT, COMPANY = 3, 4
CPF, CNPJ, ALPHANUMERIC = "52998224725", "30188025000121", "12ABC34501DE35"
FOREIGN = 4
FIELD = item_name(CONTACT_DOCUMENT.name)
ADDRESS = {
    "endereco": "Rua das Flores",
    "numero": "100",
    "complemento": "ap. 12",
    "bairro": "Centro",
    "municipio": "Bento Gonçalves",
    "uf": "RS",
    "cep": "95700-000",
}
MARIA: dict[str, Any] = {
    "nome": "Maria da Silva 😀",
    "tipo": "F",
    "numeroDocumento": CPF,
    "celular": "(54) 99999-0001",
    "email": "Maria@example.com",
    "endereco": {"geral": ADDRESS},
}
FIRM = MARIA | {"nome": "Contato Ltda", "tipo": "J", "numeroDocumento": CNPJ, "ie": "123.456.789.101"}


class Interrupted(Packer):
    """A packer that does something before it sends the first command of a method."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.before: dict[str, Callable[[], object]] = {}

    async def run(self, commands: Sequence[Command]) -> list[Result]:
        for command in commands:
            self.before.pop(command.method, lambda: None)()
        return await super().run(commands)


class Desk:
    """A portal and an account whose contacts are `self.contacts`; remembers what was asked and marked."""

    def __init__(self, sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient, number: int = 0) -> None:
        self.sandbox = sandbox
        self.portal = Portal(sandbox, number)
        side = vendors.bitrix24(sandbox, redis, http, Allowance(1000, 1000), place=number)
        self.client, self.sent = side.client, side.calls
        self.lasts = True
        self.packer = Interrupted(side.client, may_write=lambda _seconds: self.lasts)
        self.places: CrmPlaces | None = None
        self.contacts: dict[int, dict[str, Any] | Exception] = {}
        self.read: list[int] = []
        self.marked: list[dict[RecordKey, str]] = []
        self.making: Making = {}

    async def read_contact(self, account_id: UUID, contact_id: int) -> dict[str, Any]:
        """As Bling answers it."""
        self.read.append(contact_id)
        found = self.contacts.get(contact_id, Gone("Contato não encontrado"))
        if isinstance(found, Exception):
            raise found
        return {"id": contact_id} | found

    async def mark(self, labels: dict[RecordKey, str]) -> None:
        self.marked.append(labels)

    async def people(self, **options: Any) -> People:
        """The rooms of one turn's chunk."""
        self.places = self.places or await prepare_crm(self.client)
        self.sent.clear()
        return People(
            self.packer, self.places, self.read_contact, origin_of, self.mark, making=self.making, **options
        )

    async def resolve(self, *parties: Party, **options: Any) -> tuple[Party, ...]:
        """One group of orders in a turn of its own."""
        self.making = {}
        await (await self.people(**options)).resolve(list(parties))
        return parties

    def party(self, contact_id: int = 7, account: UUID = ACCOUNT, **source: Any) -> Party:
        """An order of a contact, as Bling tells it."""
        known = self.contacts.get(contact_id)
        told = known if isinstance(known, dict) else MARIA
        contato = {
            "id": contact_id,
            "nome": told["nome"],
            "tipoPessoa": told["tipo"],
            "numeroDocumento": told.get("numeroDocumento", ""),
        }
        return Party(RecordKey(Kind.CONTACT, account, contact_id), contato | source)

    def knows(self, contact_id: int = 7, **contact: Any) -> Party:
        """A contact that Bling has, in an order."""
        self.contacts[contact_id] = MARIA | contact
        return self.party(contact_id)

    def item(self, entity: int = CONTACT, **fields: Any) -> int:
        """Somebody whom the portal has already."""
        fields = {"name": "Ana"} | fields if entity == CONTACT else {"title": "Loja"} | fields
        made = self.portal.call("crm.item.add", entityTypeId=entity, fields=fields)
        return int(made["item"]["id"])

    def carrying(self, document: str, entity: int = CONTACT, **fields: Any) -> int:
        """Somebody with requisites."""
        number = self.item(entity, **fields)
        kind, preset = ("RQ_CPF", 6) if entity == CONTACT else ("RQ_CNPJ", 5)
        owner = {"ENTITY_TYPE_ID": entity, "ENTITY_ID": number, "PRESET_ID": preset, "NAME": "x"}
        self.portal.call("crm.requisite.add", fields=owner | {kind: document})
        return number

    def items(self, entity: int = CONTACT) -> list[dict[str, Any]]:
        """All contacts or companies."""
        found: list[dict[str, Any]] = self.portal.call("crm.item.list", entityTypeId=entity)["items"]
        return found

    def requisites(self, item_id: int | None = None) -> list[dict[str, Any]]:
        """Those of one contact or company."""
        found: list[dict[str, Any]] = self.portal.call("crm.requisite.list", filter={"ENTITY_ID": item_id})
        return found

    def addresses(self) -> list[dict[str, Any]]:
        """All addresses."""
        found: list[dict[str, Any]] = self.portal.call("crm.address.list")
        return found

    def require_field(self, entity: str = "CRM_CONTACT") -> None:
        """The tenant made a field of its own obligatory."""
        field = {"entityId": entity, "fieldName": f"UF_{entity}_COR", "userTypeId": "string"}
        label = {"mandatory": "Y", "editFormLabel": {"br": "Cor preferida"}}
        self.portal.call("userfieldconfig.add", moduleId="crm", field=field | label)

    def spoil(self, method: str, **fault: Any) -> None:
        """The batch with the first command of this method goes wrong."""
        sent = {"provider": "bitrix24", "method": "batch", "times": 1} | fault
        self.packer.before[method] = lambda: self.sandbox.control("faults", sent)


def origin_of(party: Party) -> str:
    document = person_of_order(party.source).document
    return document.key if document else f"acme:contato:{party.key.bling_id}"


def phone(value: str) -> dict[str, str]:
    return {"typeId": "PHONE", "valueType": "WORK", "value": value}


def mail(value: str) -> dict[str, str]:
    return {"typeId": "EMAIL", "valueType": "WORK", "value": value}


def link(party: Party, **values: Any) -> Link:
    fixed = {"record": party.key, "state": RecordState.IN_STEP, "created_at": NOW, "updated_at": NOW}
    return Link(**fixed, **values)
