"""The way back from Bitrix24 to Bling, by its laws."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.events import Kind
from connector.domain.inverse import IMPORT_ONLY, SECOND, invert, inverted, there_and_back
from connector.domain.mapping import PRODUCT_RULES, BadField, Lens, MappingVersion, Rule, default
from connector.domain.transforms import (
    Choice,
    Constant,
    Date,
    HtmlText,
    Identity,
    ListOf,
    Money,
    Number,
    Template,
    Text,
    Transform,
    Unit,
    YesNo,
)
from connector.domain.values import at, text

UNITS = {"UN": "5", "KG": "4", "M": "1"}
SECTIONS = {"7": "31", "8": "32", "9": "33"}


def rule(bling: str, bitrix24: str, transform: Transform, **more: Any) -> Rule:
    return Rule(id=bitrix24, bling=bling, bitrix24=bitrix24, transform=transform, **more)


#: Fifteen rules of a tenant's own, on top of the five fixed ones.
FIFTEEN = (
    rule("marca", "property1", Identity()),
    rule("gtin", "property2", Text()),
    rule("tributacao.ncm", "property3", Text(case="upper")),
    rule("unidade", "measure", Choice(table=UNITS)),
    rule("categoria.id", "iblockSectionId", Choice(table=SECTIONS)),
    rule("pesoLiquido", "property4", Number()),
    rule("pesoBruto", "weight", Unit(source="kg", target="g")),
    rule("dimensoes.largura", "width", Unit(source="cm", target="mm")),
    rule("dimensoes.altura", "height", Unit(source="cm", target="mm")),
    rule("fornecedor.precoCusto", "purchasingPrice", Money()),
    rule("dataValidade", "dateActiveTo", Date()),
    rule("observacoes", "property5", ListOf(separator=";")),
    rule("freteGratis", "vatIncluded", YesNo(true="true", false="false")),
    rule("descricaoCurta", "previewText", Identity(), empty="erase"),
    rule("camposCustomizados.77", "property6", Identity()),
)
MAPPING = MappingVersion(kind=Kind.PRODUCT, version=7, rules=(*PRODUCT_RULES, *FIFTEEN))
PATHS = [one.bling for one in MAPPING.rules]


def product(chance: random.Random) -> dict[str, Any]:
    """A product as Bling tells it, with some fields empty."""

    def words(most: int) -> str:
        return " ".join(
            chance.choice(["copo", "Ação", "20%", "&#", "“x”", "日本", "50 ml"]) for _ in range(most)
        )

    def number(places: int, most: int) -> Decimal | int:
        found = Decimal(chance.randrange(most * 10**places)).scaleb(-places).normalize()
        return int(found) if found == found.to_integral_value() else found

    return {
        "id": chance.randrange(1, 2**53),
        "nome": words(3),
        "codigo": chance.choice(["", f"SKU-{chance.randrange(999)}"]),
        "preco": number(2, 9999),
        "situacao": chance.choice("AI"),
        "marca": chance.choice(["", words(1)]),
        "gtin": str(chance.randrange(10**12, 10**13)),
        "unidade": chance.choice(list(UNITS)),
        "pesoLiquido": number(3, 90),
        "pesoBruto": number(3, 90),
        "dataValidade": chance.choice(["0000-00-00", "2027-02-28"]),
        "observacoes": ";".join(words(1) for _ in range(chance.randrange(4))),
        "freteGratis": chance.choice([True, False]),
        "descricaoCurta": chance.choice(["", words(5)]),
        "categoria": {"id": int(chance.choice(list(SECTIONS)))},
        "dimensoes": {"largura": number(1, 300), "altura": number(1, 300), "unidadeMedida": 1},
        "tributacao": {"ncm": chance.choice(["", "9617.00.10"])},
        "fornecedor": {"precoCusto": number(2, 500)},
        "camposCustomizados": [{"idCampoCustomizado": 77, "idVinculo": 5, "valor": words(1), "item": ""}],
    }


def test_fifteen_rules_bring_a_thousand_products_back_byte_for_byte() -> None:
    lens, inverse = Lens(MAPPING), invert(MAPPING)
    assert inverse.refused == ()
    chance = random.Random(20261123)
    for _ in range(1000):
        source = product(chance)
        target = lens.apply(source)
        back = inverse.apply(target)
        assert msgspec.json.encode(lens.apply(back), order="sorted") == msgspec.json.encode(
            target, order="sorted"
        )
        for path in PATHS:
            assert spelled(at(back, path)) == spelled(at(source, path)), path


def spelled(value: object) -> str:
    """A value in the normal form that both ways agree on."""
    if isinstance(value, bool):
        return str(value).lower()
    if value in (None, "", "0000-00-00"):
        return ""
    return text(value.normalize() if isinstance(value, Decimal) else value)


TWO_WAY: st.SearchStrategy[Transform] = st.sampled_from(
    [Identity(), Text(), Money(), Date(), Number(scale=1000), Unit(source="kg", target="g"), ListOf()]
)
ONE_WAY: st.SearchStrategy[Transform] = st.sampled_from(
    [HtmlText(), Template(text="{nome}"), Constant(value="x"), Choice(table={"A": "1", "B": "1"})]
)
DIRECTIONS = st.sampled_from(["both", "import", "export"])
TRANSFORMS = st.one_of(TWO_WAY, ONE_WAY)
MAPPINGS = st.lists(st.tuples(TRANSFORMS, DIRECTIONS), max_size=5).map(
    lambda pairs: MappingVersion(
        kind=Kind.PRODUCT,
        version=2,
        rules=tuple(
            rule(f"campo{number}", f"property{number}", transform, direction=direction)
            for number, (transform, direction) in enumerate(pairs)
        ),
    )
)


@given(MAPPINGS)
@settings(max_examples=10_000)
def test_inverting_twice_gives_the_two_way_rules(mapping: MappingVersion) -> None:
    inverse = invert(mapping)
    once = inverted(inverse)
    assert invert(once) == msgspec.structs.replace(inverse, refused=())
    assert inverted(invert(once)) == once
    apart = [one.id for one in once.rules] + [one.rule.id for one in inverse.refused]
    assert sorted(apart) == sorted(one.id for one in mapping.rules)


@given(st.dictionaries(st.sampled_from(["property1", "property2", "previewText"]), st.text(max_size=30)))
@settings(max_examples=10_000)
def test_what_bitrix24_holds_comes_back_when_it_went_to_bling(held: dict[str, str]) -> None:
    rules = tuple(rule(f"campo{name}", name, Identity(), empty="erase") for name in held)
    mapping = MappingVersion(kind=Kind.PRODUCT, version=2, rules=rules)
    assert Lens(mapping).apply(invert(mapping).apply(held)) == held


@pytest.mark.parametrize("kind", [Kind.PRODUCT, Kind.ORDER, Kind.SALE])
def test_every_rule_of_every_start_leads_back_or_says_why_not(kind: Kind) -> None:
    inverse = invert(default(kind))
    assert len(inverse.backs) + len(inverse.refused) == len(default(kind).rules)
    assert all(one.why for one in inverse.refused)


def test_a_rule_to_bitrix24_alone_says_so() -> None:
    mapping = MappingVersion(
        kind=Kind.PRODUCT, version=2, rules=(rule("marca", "property1", Identity(), direction="import"),)
    )
    assert [one.why for one in invert(mapping).refused] == [IMPORT_ONLY]


def test_a_table_with_two_ways_there_has_none_back() -> None:
    mapping = MappingVersion(
        kind=Kind.PRODUCT,
        version=2,
        rules=(rule("unidade", "measure", Choice(table={"UN": "5", "PC": "5"})),),
    )
    (refused,) = invert(mapping).refused
    assert "dois valores" in refused.why


def test_of_rules_with_one_field_of_blings_one_leads_back_a_fixed_one_before_all() -> None:
    first, second = rule("marca", "property1", Identity()), rule("marca", "property2", Text())
    name = rule("nome", "property3", Identity())
    mapping = MappingVersion(kind=Kind.PRODUCT, version=2, rules=(name, first, second, *PRODUCT_RULES))
    inverse = invert(mapping)
    assert [(one.rule, one.why) for one in inverse.refused] == [(name, SECOND), (second, SECOND)]
    held = {"name": "Copo", "property1": "Acme", "property2": "outra", "property3": "outro"}
    assert inverse.apply(held) == {"nome": "Copo", "marca": "Acme"}


def test_what_cannot_come_back_names_its_rule() -> None:
    mapping = MappingVersion(kind=Kind.PRODUCT, version=2, rules=(rule("pesoBruto", "weight", Number()),))
    with pytest.raises(BadField, match="pesoBruto → weight"):
        invert(mapping).apply({"weight": "pesado"})


def test_empty_fields_come_back_empty_where_the_rule_erases() -> None:
    erasing = rule("marca", "property1", Identity(), empty="erase")
    ignoring = rule("gtin", "property2", Identity())
    mapping = MappingVersion(kind=Kind.PRODUCT, version=2, rules=(erasing, ignoring))
    assert invert(mapping).apply({"property1": "", "property2": ""}) == {"marca": ""}


def test_a_value_without_a_name_in_bling_is_passed_over_and_named() -> None:
    chosen = rule("condicao", "property1", Choice(table={"1": "Novo"}))
    mapping = MappingVersion(
        kind=Kind.PRODUCT, version=2, rules=(chosen, rule("marca", "property2", Identity()))
    )
    passed: list[BadField] = []
    assert invert(mapping).apply({"property1": "Usado", "property2": "Acme"}, passed) == {"marca": "Acme"}
    assert [(one.rule, str(one.why)) for one in passed] == [(chosen, "'Usado' não está na tabela")]


def test_a_custom_field_with_a_list_says_the_chosen_name() -> None:
    chosen = {"camposCustomizados": [{"idCampoCustomizado": 77, "valor": "3", "item": "Algodão"}]}
    assert at(chosen, "camposCustomizados.77") == "Algodão"
    assert at(chosen, "camposCustomizados.78") is None
    assert at({"camposCustomizados": []}, "camposCustomizados.77") is None
    assert at({"itens": [{"id": 77}, 5]}, "itens.77") is None


def test_only_what_leads_back_is_told_of_a_target() -> None:
    mapping = MappingVersion(
        kind=Kind.PRODUCT,
        version=2,
        rules=(rule("marca", "property1", Identity()), rule("", "property2", Constant(value="x"))),
    )
    assert there_and_back({"property1": "a", "property2": "x"}, invert(mapping)) == {"property1": "a"}
