"""An account with fifteen fields mapped, and its records as both sides spell them."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import msgspec

from connector.bitrix24 import catalogue as vendor
from connector.domain.events import Kind, Source
from connector.domain.inverse import invert
from connector.domain.mapping import PRICE_FIELD, PRODUCT_RULES, Lens, MappingVersion, Rule, bound
from connector.domain.runs import RunState, Task
from connector.domain.transforms import (
    Choice,
    Date,
    Identity,
    ListOf,
    Money,
    Number,
    Section,
    Text,
    Transform,
    Unit,
    YesNo,
)
from connector.domain.values import at, text
from connector.store import sections
from connector.sync.products import elements
from connector.sync.runs import deeds, exporting
from tests.support.depot import Depot
from tests.support.house import House

WORDS = ("copo", "Ação", "20%", "&#", "“x”", "日本", "50 ml", "a+b=c", "$result[x]", "<b>")


def fifteen(house: House) -> tuple[Rule, ...]:
    """Fifteen rules of the tenant's own, on properties made for them where Bitrix24 has no field."""
    iblock = house.catalogue.product_iblock_id

    def own(name: str, **more: Any) -> str:
        return house.portal.property(iblock, name=name, code=name.upper(), **more)

    def rule(bling: str, bitrix24: str, transform: Transform, **more: Any) -> Rule:
        return Rule(id=bling, bling=bling, bitrix24=bitrix24, transform=transform, **more)

    return (
        rule("marca", own("Marca"), Identity()),
        rule("gtin", own("Gtin"), Text()),
        rule("tributacao.ncm", own("Ncm"), Text(case="upper")),
        rule("unidade", "measure", Choice(table={"UN": "5", "KG": "4", "M": "1"})),
        rule("categoria.id", "iblockSectionId", Section()),
        rule("pesoLiquido", own("Liquido", propertyType="N"), Number()),
        rule("pesoBruto", "weight", Unit(source="kg", target="g")),
        rule("dimensoes.largura", "width", Unit(source="cm", target="mm")),
        rule("dimensoes.altura", "height", Unit(source="cm", target="mm")),
        rule("fornecedor.precoCusto", "purchasingPrice", Money()),
        rule("dataValidade", own("Validade", userType="Date"), Date()),
        rule("observacoes", own("Cores", multiple="Y"), ListOf(separator=";")),
        rule("freteGratis", "vatIncluded", YesNo(true="true", false="false")),
        rule("descricaoCurta", "previewText", Identity(), empty="erase"),
        rule("camposCustomizados.77", own("Voltagem"), Identity()),
    )


def categories(house: House) -> list[int]:
    """Bling's, two of them below others."""
    url = f"{house.sandbox.ready['bling']['api_url']}/categorias/produtos"
    made: list[int] = []
    for name, above in (("Casa", None), ("Mesa", 0), ("Copos", 1), ("Roupa", None)):
        body = {"descricao": name, **({} if above is None else {"categoriaPai": {"id": made[above]}})}
        answer = house.sandbox.client.post(url, json=body, headers=house.bling_headers)
        made.append(answer.raise_for_status().json()["data"]["id"])
    return made


def generated(chance: random.Random, number: int, in_categories: list[int]) -> dict[str, Any]:
    """A product as somebody might have entered it; many fields empty."""

    def words(most: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(most))

    def amount(places: int, most: int) -> float:
        return chance.randrange(most * 10**places) / 10**places

    return {
        "nome": f"{words(2)} {number}",
        "codigo": chance.choice(["", f"SKU-{number}"]),
        "preco": amount(2, 9999),
        "tipo": "P",
        "formato": "S",
        "situacao": chance.choice("AI"),
        "marca": chance.choice(["", words(1)]),
        "gtin": str(chance.randrange(10**12, 10**13)),
        "unidade": chance.choice(["UN", "KG", "M"]),
        "pesoLiquido": amount(3, 90),
        "pesoBruto": amount(3, 90),
        "dataValidade": chance.choice(["0000-00-00", "2027-02-28"]),
        "observacoes": ";".join(words(1) for _ in range(chance.randrange(4))),
        "freteGratis": chance.choice([True, False]),
        "descricaoCurta": chance.choice(["", words(5)]),
        "categoria": {"id": chance.choice([0, *in_categories])},
        "dimensoes": {"largura": amount(1, 300), "altura": amount(1, 300), "unidadeMedida": 1},
        "tributacao": {"ncm": chance.choice(["", "9617.00.10"])},
        "fornecedor": {"precoCusto": amount(2, 500)},
        "camposCustomizados": [{"idCampoCustomizado": 77, "idVinculo": 5, "valor": words(1), "item": ""}],
    }


def in_bling(house: House, chance: random.Random, many: int) -> dict[int, dict[str, Any]]:
    """So many products, as Bling's GET would tell each."""
    url = f"{house.sandbox.ready['bling']['api_url']}/produtos"
    there = categories(house)
    for number in range(many):
        body = generated(chance, number, there)
        house.sandbox.client.post(url, json=body, headers=house.bling_headers).raise_for_status()
    return {row["id"]: row for row in told(house)}


def told(house: House) -> list[dict[str, Any]]:
    """Bling's products as its GET tells each."""
    path = f"/control/dump?provider=bling&tenant={house.company_id}"
    found = msgspec.json.Decoder(Any, float_hook=Decimal).decode(house.sandbox.client.get(path).content)
    products: list[dict[str, Any]] = found["products"]
    return products


def in_bitrix24(house: House, lens: Lens) -> dict[int, dict[str, str]]:
    """What the portal's lists say of them, as the planner compares it, by Bling id."""
    catalogue = house.catalogue
    prices = {row["productId"]: f"{Decimal(str(row['price'])):.2f}" for row in house.dump()["prices"]}
    found: dict[int, dict[str, str]] = {}
    start: int | None = 0
    while start is not None:
        asked = {"select": ["*", "property*"], "filter": {"iblockId": catalogue.product_iblock_id}}
        answer = house.portal.post("catalog.product.list", **asked, order={"id": "ASC"}, start=start).json()
        for one in vendor.found(answer["result"], catalogue.product_link_property):
            values = elements.present(one, lens.free).values
            found[int(one.link)] = {**values, PRICE_FIELD: prices[one.id]}
        start = answer.get("next")
    return found


def spelled(value: object) -> str:
    """A value in the one form that both sides' many spellings stand for."""
    if isinstance(value, bool):
        return str(value).lower()
    if value in (None, "", 0, "0000-00-00"):
        return ""
    return text(value.normalize() if isinstance(value, Decimal) else value)


def record_of(source: dict[str, Any], paths: list[str]) -> bytes:
    """The mapped fields of a product, byte for byte."""
    return msgspec.json.encode({path: spelled(at(source, path)) for path in paths}, order="sorted")


async def worked_off(house: House) -> None:
    """Drain until nothing waits."""
    while (await house.row("SELECT count(*) AS left FROM inbox WHERE tenant_id = $1"))["left"]:
        await house.due_now()
        await house.drain()


async def prove_both_ways(house: House, many: int) -> None:
    """Bling → Bitrix24 by the rules, Bitrix24 → Bling by their inverse: nothing is lost, byte for byte."""
    rules = fifteen(house)
    await house.map(Kind.PRODUCT, *rules)
    products = in_bling(house, random.Random(20261123), many)
    for bling_id in products:
        await house.told(bling_id, source=Source.IMPORT)
    await worked_off(house)
    mapping = MappingVersion(kind=Kind.PRODUCT, version=2, rules=(*PRODUCT_RULES, *rules))
    paths = [rule.bling for rule in mapping.rules]
    await _prove_inverse(house, mapping, products, paths)
    _forget_bling(house, list(products))
    async with house.database.system() as conn:
        await conn.execute("DELETE FROM link WHERE tenant_id = $1", house.tenant_id)
    await house.tick("product.create", "product.update", enabled=False)
    await house.tick("product.export_create")
    depot = Depot(house)
    wish = exporting.Wish()
    run = await depot.finish(
        await deeds.start(house.engine, house.tenant_id, Task.EXPORT, Kind.PRODUCT, wish)
    )
    assert (run.state, run.done, run.failed) == (RunState.DONE, many, 0)
    back = {row["nome"]: row for row in told(house)}
    assert len(back) == many
    own = [path for path in paths if path != "id"]
    wrong = [
        (record_of(one, own), record_of(back[one["nome"]], own))
        for one in products.values()
        if record_of(one, own) != record_of(back[one["nome"]], own)
    ]
    assert wrong[:3] == []


async def _prove_inverse(
    house: House, mapping: MappingVersion, products: dict[int, dict[str, Any]], paths: list[str]
) -> None:
    async with house.database.tenant(house.tenant_id):
        table = await sections.together(house.tenant_id)
    inverse = invert(bound(mapping, table))
    assert inverse.refused == ()
    held = in_bitrix24(house, Lens(mapping, table))
    assert held.keys() == products.keys()
    wrong = [
        (record_of(products[one], paths), record_of(inverse.apply(held[one]), paths))
        for one in products
        if record_of(products[one], paths) != record_of(inverse.apply(held[one]), paths)
    ]
    assert wrong[:3] == []


def _forget_bling(house: House, products: list[int]) -> None:
    """The account is empty, and Bitrix24 does not know that it ever had these."""
    url = f"{house.sandbox.ready['bling']['api_url']}/produtos"
    for bling_id in products:
        gone = house.sandbox.client.delete(f"{url}/{bling_id}", headers=house.bling_headers)
        gone.raise_for_status()
    name = f"property{house.catalogue.product_link_property}"
    for one in house.products():
        house.portal.call("catalog.product.update", id=one["id"], fields={name: ""})
