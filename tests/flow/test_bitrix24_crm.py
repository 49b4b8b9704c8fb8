"""Deals, rows, people and places against the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
from redis.asyncio import Redis

from connector import pace
from connector.bitrix24 import crm
from connector.bitrix24.crm_setup import CONTACT_DOCUMENT, CrmPlaces, prepare_crm
from connector.bitrix24.packer import Command, Done, Failed, Packer
from connector.domain.vendor import Gone, Rejected
from tests.support import vendors
from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

RIGOROUS, FOREIGN = 3, 4
"""Places of the special portals in the ready line."""


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        await pace.assume_idle(client)
        yield client


@pytest.fixture
async def side(sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient) -> vendors.Bitrix24Side:
    return vendors.bitrix24(sandbox, redis, http)


@pytest.fixture
def packer(side: vendors.Bitrix24Side) -> Packer:
    return Packer(side.client)


async def done(packer: Packer, *commands: Command) -> list[Any]:
    """The results of commands that must succeed."""
    found = await packer.run(commands)
    assert not [one.error for one in found if isinstance(one, Failed)]
    return [one.result for one in found if isinstance(one, Done)]


async def refusal(packer: Packer, command: Command) -> Exception:
    """The error of a command that must fail."""
    (found,) = await packer.run([command])
    assert isinstance(found, Failed)
    return found.error


async def deal(packer: Packer, **fields: Any) -> int:
    """A new deal of Ponte's."""
    (made,) = await done(packer, crm.add_item(crm.DEAL, {"title": "Pedido 1", **fields}))
    return crm.written_item_id(made)


def row(price: str, quantity: str = "1", **more: Any) -> crm.RowParams:
    """A row of its own name."""
    return crm.RowParams(product_name="Copo", price=Decimal(price), quantity=Decimal(quantity), **more)


# Items


async def test_a_deal_is_found_by_its_origin(packer: Packer) -> None:
    ids = [await deal(packer, originatorId=crm.ORIGINATOR, originId=f"c:{n}") for n in (1, 2, 3)]
    await deal(packer, originatorId="other", originId="c:1")
    (found,) = await done(packer, crm.find_by_origin(crm.DEAL, ["c:1", "c:3"], ["title"]))
    assert crm.items(found) == [
        {"id": ids[0], "originId": "c:1", "title": "Pedido 1"},
        {"id": ids[2], "originId": "c:3", "title": "Pedido 1"},
    ]


async def test_only_what_is_still_there_is_found_by_id(packer: Packer) -> None:
    kept, lost = await deal(packer), await deal(packer)
    await done(packer, crm.delete_item(crm.DEAL, lost))
    (found,) = await done(packer, crm.find_items_by_ids(crm.DEAL, [kept, lost], ["stageId"]))
    assert crm.items(found) == [{"id": kept, "stageId": "NEW"}]


async def test_an_update_writes_the_given_fields(packer: Packer) -> None:
    deal_id = await deal(packer, sourceId="WEB")
    (made,) = await done(packer, crm.update_item(crm.DEAL, deal_id, {"stageId": "WON"}))
    assert crm.written_item_id(made) == deal_id
    (shown,) = await done(packer, crm.get_item(crm.DEAL, deal_id))
    assert (crm.item(shown)["stageId"], crm.item(shown)["sourceId"]) == ("WON", "WEB")


async def test_whatever_is_done_to_a_deleted_deal_finds_it_gone(packer: Packer) -> None:
    deal_id = await deal(packer)
    await done(packer, crm.delete_item(crm.DEAL, deal_id))
    commands = [
        crm.update_item(crm.DEAL, deal_id, {"title": "x"}),
        crm.get_item(crm.DEAL, deal_id),
        crm.delete_item(crm.DEAL, deal_id),
        crm.set_rows(deal_id, [row("1")]),
        crm.add_comment(crm.DEAL, deal_id, "oi"),
    ]
    found = await packer.run(commands)
    assert [type(one.error) for one in found if isinstance(one, Failed)] == [Gone] * len(commands)


async def test_a_required_field_is_named_in_the_vendors_words(
    sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient
) -> None:
    rigorous = Packer(vendors.bitrix24(sandbox, redis, http, place=RIGOROUS).client)
    error = await refusal(rigorous, crm.add_item(crm.DEAL, {"title": "x"}))
    assert isinstance(error, Rejected)
    assert not isinstance(error, Gone)
    assert "Origem da venda" in error.text


async def test_a_comment_reaches_the_timeline(packer: Packer, sandbox: Sandbox) -> None:
    deal_id = await deal(packer)
    text = "Pedido excluído no Bling & arquivado: 100% $result[x]"
    await done(packer, crm.add_comment(crm.DEAL, deal_id, text))
    (comment,) = Portal(sandbox).call("crm.timeline.comment.list")
    assert (comment["ENTITY_ID"], comment["COMMENT"]) == (str(deal_id), text)


# Rows


async def test_rows_come_back_as_they_were_set(packer: Packer) -> None:
    deal_id = await deal(packer)
    wanted = [
        row("33.33333333", "3", sort=10),
        row("29.7", "5", discount_type_id=2, discount_rate=Decimal("84.36"), measure_code=166, sort=20),
    ]
    written, read = await done(packer, crm.set_rows(deal_id, wanted), crm.list_rows(deal_id))
    assert crm.rows(written) == crm.rows(read)
    first, second = crm.rows(read)
    assert (first.price, first.quantity, first.sort) == (Decimal("33.33333333"), Decimal(3), 10)
    assert (second.discount_type_id, second.discount_rate) == (2, Decimal("84.36"))
    assert (second.price, second.measure_code) == (Decimal("29.7"), 166)
    (shown,) = await done(packer, crm.get_item(crm.DEAL, deal_id))
    assert crm.item(shown)["opportunity"] == Decimal("248.5")


async def test_a_row_takes_its_name_from_its_product(packer: Packer, sandbox: Sandbox) -> None:
    product = Portal(sandbox).product(name="Caneca")
    deal_id = await deal(packer)
    wanted = crm.RowParams(product_id=product["id"], price=Decimal(10), quantity=Decimal("0.5"))
    (written,) = await done(packer, crm.set_rows(deal_id, [wanted]))
    (found,) = crm.rows(written)
    assert (found.product_id, found.product_name, found.quantity) == (
        product["id"],
        "Caneca",
        Decimal("0.5"),
    )


async def test_500_rows_go_in_one_direct_call_and_come_back_exactly(
    packer: Packer, side: vendors.Bitrix24Side
) -> None:
    deal_id = await deal(packer)
    prices = [f"{n}.{n:08}" for n in range(1, 501)]
    wanted = [row(price, "1.2345", sort=place) for place, price in enumerate(prices, 1)]
    side.calls.clear()
    (written,) = await done(packer, crm.set_rows(deal_id, wanted))
    (call,) = side.calls
    assert call.method == "crm.item.productrow.set"
    assert [str(found.price) for found in crm.rows(written)] == [price.rstrip("0") for price in prices]
    pages = await done(packer, *(crm.list_rows(deal_id, start) for start in range(0, 500, 50)))
    read = [found for page in pages for found in crm.rows(page)]
    assert [found.price for found in read] == [Decimal(price) for price in prices]
    assert {found.quantity for found in read} == {Decimal("1.2345")}


async def test_no_rows_are_a_list_too(packer: Packer) -> None:
    deal_id = await deal(packer)
    (read,) = await done(packer, crm.list_rows(deal_id))
    assert crm.rows(read) == []


# People


async def test_a_person_is_found_by_cpf_however_it_was_written(packer: Packer) -> None:
    fields = {"name": "Maria", "lastName": "da Silva"}
    contact_id = crm.written_item_id((await done(packer, crm.add_item(crm.CONTACT, fields)))[0])
    add = crm.add_requisite(crm.CONTACT, contact_id, 6, "CPF", {"RQ_CPF": "529.982.247-25"})
    (made,) = await done(packer, add)
    requisite_id = crm.written_requisite_id(made)
    by_value, by_owner, none = await done(
        packer,
        crm.find_requisites("RQ_CPF", ["52998224725", "529.982.247-25"]),
        crm.requisites_of(crm.CONTACT, [contact_id]),
        crm.find_requisites("RQ_CNPJ", ["30188025000121"]),
    )
    (found,) = crm.requisites(by_value)
    assert (found.id, found.entity, found.entity_id) == (requisite_id, crm.CONTACT, contact_id)
    assert crm.requisites(by_owner) == [found]
    assert crm.requisites(none) == []


async def test_requisites_take_a_correction_and_one_address(packer: Packer) -> None:
    company = crm.written_item_id((await done(packer, crm.add_item(crm.COMPANY, {"title": "Loja"})))[0])
    add = crm.add_requisite(crm.COMPANY, company, 5, "CNPJ", {"RQ_CNPJ": "30188025000121"})
    requisite_id = crm.written_requisite_id((await done(packer, add))[0])
    address = crm.add_address(requisite_id, {"ADDRESS_1": "Rua A, 1", "CITY": "Bento Gonçalves"})
    answers = await done(
        packer, crm.update_requisite(requisite_id, {"RQ_CNPJ": "30.188.025/0001-21"}), address
    )
    assert answers == [True, True]
    (read,) = await done(packer, crm.requisites_of(crm.COMPANY, [company]))
    assert [found.cnpj for found in crm.requisites(read)] == ["30.188.025/0001-21"]
    assert isinstance(await refusal(packer, address), Rejected)


async def test_people_are_found_by_phone_and_mail(packer: Packer) -> None:
    fm = crm.multifields(phones=["+55 54 99999-8888"], emails=["maria@loja.example"])
    (made,) = await done(packer, crm.add_item(crm.CONTACT, {"name": "Maria", "fm": fm}))
    contact_id = crm.written_item_id(made)
    by_phone, by_mail, company, nobody = await done(
        packer,
        crm.find_by_comm(crm.PHONE, ["+5554999998888"], crm.CONTACT),
        crm.find_by_comm(crm.EMAIL, ["maria@loja.example"], crm.CONTACT),
        crm.find_by_comm(crm.EMAIL, ["maria@loja.example"], crm.COMPANY),
        crm.find_by_comm(crm.EMAIL, ["nobody@loja.example"], crm.CONTACT),
    )
    assert crm.found_by_comm(by_phone, crm.CONTACT) == [contact_id]
    assert crm.found_by_comm(by_mail, crm.CONTACT) == [contact_id]
    assert crm.found_by_comm(company, crm.COMPANY) == []
    assert crm.found_by_comm(nobody, crm.CONTACT) == []


async def test_units_have_codes(packer: Packer) -> None:
    (answer,) = await done(packer, crm.measures())
    known = crm.measures_found(answer)
    assert [crm.measure_code(known, unit) for unit in ("UN", "KG", "CX")] == [796, 166, 0]


# Places


async def test_places_take_two_requests(side: vendors.Bitrix24Side) -> None:
    places = await prepare_crm(side.client)
    assert [call.method for call in side.calls] == ["batch", "batch"]
    default, *others = places.pipelines
    assert (default.id, [stage.id for stage in default.stages]) == (
        0,
        ["NEW", "PREPARATION", "WON", "LOSE"],
    )
    assert [stage.semantics for stage in default.stages] == ["", "", "S", "F"]
    assert next(stage.id for other in others for stage in other.stages) == f"C{others[0].id}:NEW"
    assert "WEB" in {source.id for source in places.sources}
    assert "Ana Administradora" in {user.name for user in places.users}
    assert (places.person_preset, places.company_preset) == (6, 5)
    assert (places.document_field_contact, places.document_field_company) == ("", "")


async def test_places_survive_the_database(side: vendors.Bitrix24Side) -> None:
    places = await prepare_crm(side.client)
    assert msgspec.json.decode(msgspec.json.encode(places), type=CrmPlaces) == places


async def test_a_field_is_made_once_and_takes_values(
    side: vendors.Bitrix24Side, packer: Packer, sandbox: Sandbox
) -> None:
    first, second = await prepare_crm(side.client), await prepare_crm(side.client)
    assert first == second
    fields = Portal(sandbox).call("userfieldconfig.list", moduleId="crm", filter={"entityId": "CRM_DEAL"})[
        "fields"
    ]
    assert [(row["fieldName"], row["userTypeId"]) for row in fields] == [
        ("UF_CRM_DEAL_PONTE_NOTA", "string"),
        ("UF_CRM_DEAL_PONTE_NOTA_LINK", "url"),
    ]
    deal_id = await deal(packer, **{first.invoice_field: "001234"})
    (listed,) = await done(packer, crm.find_items_by_ids(crm.DEAL, [deal_id], [first.invoice_field]))
    assert crm.items(listed) == [{"id": deal_id, first.invoice_field: "001234"}]


async def test_a_portal_without_brazils_presets_gets_fields_for_documents(
    sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient
) -> None:
    foreign = vendors.bitrix24(sandbox, redis, http, place=FOREIGN)
    places = await prepare_crm(foreign.client)
    assert (places.person_preset, places.company_preset) == (None, None)
    assert places.document_field_contact == crm.item_name(CONTACT_DOCUMENT.name)
    packer = Packer(foreign.client)
    fields = {"title": "Loja", places.document_field_company: "30188025000121"}
    (made,) = await done(packer, crm.add_item(crm.COMPANY, fields))
    wanted = {f"@{places.document_field_company}": ["30188025000121", "30.188.025/0001-21"]}
    (found,) = await done(packer, crm.find_items(crm.COMPANY, wanted))
    assert [row["id"] for row in crm.items(found)] == [crm.written_item_id(made)]


class Between(httpx.AsyncHTTPTransport):
    """Does something just before a batch with the given method is carried out."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self.method = method
        self.refuse = ""
        self.before: Any = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The sandbox's answer; where `refuse` is set, with that error for each such command."""
        body = msgspec.json.decode(request.content)
        keys = [key for key, text in body.get("cmd", {}).items() if text.startswith(self.method)]
        if keys and self.before:
            await self.before()
        answer = await super().handle_async_request(request)
        if not (keys and self.refuse):
            return answer
        told = msgspec.json.decode(await answer.aread())
        failures = told["result"]["result_error"] or {}
        for key in keys:
            told["result"]["result"].pop(key, None)
            failures[key] = {"error": self.refuse, "error_description": "no"}
        told["result"]["result_error"] = failures
        return httpx.Response(200, json=told)


@pytest.mark.parametrize("code", ["insufficient_scope", "ACCESS_DENIED", "0"])
@pytest.mark.parametrize(("method", "lost"), [("userfieldconfig.", "fields"), ("user.get", "users")])
async def test_a_portal_that_keeps_something_back_still_has_places(
    sandbox: Sandbox, redis: Redis, code: str, method: str, lost: str
) -> None:
    way = Between(method)
    way.refuse = code
    async with httpx.AsyncClient(transport=way) as http:
        places = await prepare_crm(vendors.bitrix24(sandbox, redis, http).client)
    assert places.pipelines
    assert (places.invoice_field == "", places.users == ()) == (lost == "fields", lost == "users")


async def test_of_two_who_make_a_field_the_second_finds_it(
    sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient
) -> None:
    way = Between("userfieldconfig.add")
    quicker = vendors.bitrix24(sandbox, redis, http)

    async def make() -> None:
        way.before = None
        await prepare_crm(quicker.client)

    way.before = make
    async with httpx.AsyncClient(transport=way) as slow:
        places = await prepare_crm(vendors.bitrix24(sandbox, redis, slow).client)
    assert places == await prepare_crm(quicker.client)
    assert places.invoice_field == "ufCrmDealPonteNota"
