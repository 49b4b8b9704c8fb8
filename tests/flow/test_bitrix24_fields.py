"""What rules can name in a portal, read from the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from redis.asyncio import Redis

from connector import pace
from connector.bitrix24.fields import read_fields
from connector.domain.fields import Field, FieldType, Option, PortalFields, named
from tests.support import vendors
from tests.support.portal import Portal
from tests.support.sandbox import Sandbox


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        await pace.assume_idle(client)
        yield client


@pytest.fixture
def portal(sandbox: Sandbox) -> Portal:
    return Portal(sandbox)


@pytest.fixture
def side(sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient) -> vendors.Bitrix24Side:
    return vendors.bitrix24(sandbox, redis, http)


async def product_field(side: vendors.Bitrix24Side, name: str) -> Field:
    """One field of products, as it was read."""
    return named((await read_fields(side.client)).product)[name]


async def test_products_have_bitrix24s_own_fields_in_portuguese(side: vendors.Bitrix24Side) -> None:
    fields = named((await read_fields(side.client)).product)
    assert (fields["weight"].title, fields["weight"].type) == ("Peso (g)", FieldType.NUMBER)
    assert fields["detailText"].type is FieldType.HTML
    assert fields["previewPicture"].type is FieldType.PICTURE
    assert fields["createdBy"].read_only
    assert not fields["weight"].read_only


async def test_units_are_the_options_of_measure(side: vendors.Bitrix24Side) -> None:
    measure = await product_field(side, "measure")
    assert Option("5", "Unidade") in measure.options
    assert measure.type is FieldType.CHOICE


async def test_sections_are_named_with_those_above_them(side: vendors.Bitrix24Side, portal: Portal) -> None:
    iblock = portal.iblocks()[0]
    top = portal.call("catalog.section.add", fields={"iblockId": iblock, "name": "Casa"})["section"]["id"]
    below = {"iblockId": iblock, "name": "Copos", "iblockSectionId": top}
    inner = portal.call("catalog.section.add", fields=below)["section"]["id"]
    sections = (await product_field(side, "iblockSectionId")).options
    assert Option(str(inner), "Casa › Copos") in sections
    assert Option(str(top), "Casa") in sections


async def test_properties_have_their_types_and_belong_to_one_side(
    side: vendors.Bitrix24Side, portal: Portal
) -> None:
    products, offers = portal.iblocks()
    plain = portal.property(products, name="Marca")
    several = portal.property(products, name="Cores", multiple="Y")
    number = portal.property(offers, name="Tamanho", propertyType="N", isRequired="Y")
    picture = portal.property(products, name="Fotos", propertyType="F")
    found = await read_fields(side.client)
    product, offer = named(found.product), named(found.offer)
    assert (product[plain].title, product[plain].type, product[plain].multiple) == ("Marca", "text", False)
    assert product[several].multiple
    assert product[picture].type is FieldType.OTHER
    assert (offer[number].type, offer[number].required) == (FieldType.NUMBER, True)
    assert number not in product
    assert plain not in offer


async def test_list_properties_have_their_values(side: vendors.Bitrix24Side, portal: Portal) -> None:
    name = portal.property(portal.iblocks()[0], name="Voltagem", propertyType="L")
    ids = []
    for value in ("110 V", "220 V"):
        fields = {"propertyId": name.removeprefix("property"), "value": value, "xmlId": value}
        made = portal.call("catalog.productPropertyEnum.add", fields=fields)["productPropertyEnum"]
        ids.append(str(made["id"]))
    found = await product_field(side, name)
    assert found.type is FieldType.CHOICE
    assert found.options == (Option(ids[0], "110 V"), Option(ids[1], "220 V"))


async def test_ponte_s_own_property_is_nobody_s_to_write(side: vendors.Bitrix24Side, portal: Portal) -> None:
    name = portal.property(portal.iblocks()[0], name="Bling ID", code="PONTE_BLING_ID")
    assert (await product_field(side, name)).read_only


async def test_deals_and_people_have_their_fields(side: vendors.Bitrix24Side) -> None:
    found: PortalFields = await read_fields(side.client)
    deal = named(found.deal)
    assert (deal["title"].type, deal["closedate"].type) == (FieldType.TEXT, FieldType.DATE)
    assert deal["id"].read_only
    assert deal["utmSource"].title == "UTM source"
    assert named(found.contact)["lastName"].title == "Sobrenome"
    assert found.company


async def test_a_custom_field_of_deals_is_one_of_theirs(side: vendors.Bitrix24Side, portal: Portal) -> None:
    described = {
        "entityId": "CRM_DEAL",
        "fieldName": "UF_CRM_DEAL_RASTREIO",
        "userTypeId": "url",
        "editFormLabel": {"br": "Rastreio"},
    }
    portal.call("userfieldconfig.add", moduleId="crm", field=described)
    found = {one.title: one for one in (await read_fields(side.client)).deal}
    assert found["Rastreio"].type is FieldType.LINK


async def test_all_of_it_takes_two_requests(sandbox: Sandbox, side: vendors.Bitrix24Side) -> None:
    sandbox.control("calls", method="DELETE")
    await read_fields(side.client)
    rows = sandbox.control("calls?provider=bitrix24", method="GET")
    rows = rows["items"] if isinstance(rows, dict) else rows
    assert [row["method"] for row in rows] == ["batch", "batch"]
