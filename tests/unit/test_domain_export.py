"""The merge of three sides on the way back to Bling."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.events import Kind, RecordKey
from connector.domain.export import Way, overlaid, to_send
from connector.domain.mapping import FIXED_RULES, LINK_FIELD, Lens, MappingVersion, Rule, Target
from connector.domain.transforms import HtmlText, Number, Text

OWN = (
    Rule(id="marca", bling="marca", bitrix24="property1", transform=Text(), policy="keep"),
    Rule(id="altura", bling="dimensoes.altura", bitrix24="height", transform=Number(scale=10)),
    Rule(id="texto", bling="descricaoCurta", bitrix24="detailText", transform=HtmlText(), direction="import"),
    Rule(id="nota", bling="observacoes", bitrix24="previewText", transform=Text(), direction="export"),
)
LENS = Lens(MappingVersion(kind=Kind.PRODUCT, version=3, rules=(*FIXED_RULES[Kind.PRODUCT], *OWN)))
WAY = Way(LENS)
FIELDS = ("name", "xmlId", "property1", "height", "previewText")
SIDES = st.fixed_dictionaries({name: st.sampled_from(("1", "2", "3")) for name in FIELDS})


def _merged(base: Target, here: Target, there: Target) -> tuple[Target, Target]:
    """Both sides after what the merge says was written."""
    merge = WAY.merge(base, here, there)
    return {**here, **merge.back}, {**there, **merge.export}


@given(SIDES, SIDES, SIDES)
def test_both_sides_are_equal_afterwards(base: Target, here: Target, there: Target):
    after_here, after_there = _merged(base, here, there)
    assert after_here == after_there


@given(SIDES, SIDES)
def test_what_one_side_changed_alone_is_what_both_have(base: Target, changed: Target):
    assert _merged(base, changed, base)[1] == changed
    assert _merged(base, base, changed)[0] == changed


@given(SIDES, SIDES)
def test_what_is_equal_is_not_written(base: Target, same: Target):
    merge = WAY.merge(base, same, same)
    assert (merge.export, merge.back, merge.conflicts) == ({}, {}, ())


@given(SIDES, SIDES, SIDES)
def test_a_field_is_written_on_one_side_at_most(base: Target, here: Target, there: Target):
    merge = WAY.merge(base, here, there)
    assert not merge.export.keys() & merge.back.keys()


def test_bling_wins_by_default():
    merge = WAY.merge({"name": "Copo"}, {"name": "Caneca"}, {"name": "Jarra"})
    assert (merge.export, merge.back) == ({}, {"name": "Jarra"})
    assert [(one.field, one.winner) for one in merge.conflicts] == [("name", "bling")]


def test_an_edit_that_is_kept_wins():
    merge = WAY.merge({"property1": "A"}, {"property1": "B"}, {"property1": "C"})
    assert (merge.export, merge.back) == ({"property1": "B"}, {})


def test_a_rule_that_only_leads_to_bling_always_wins():
    merge = WAY.merge({"previewText": "A"}, {"previewText": "B"}, {"previewText": "C"})
    assert (merge.export, merge.back) == ({"previewText": "B"}, {})


def test_a_rule_that_only_leads_here_is_never_exported():
    merge = WAY.merge({"detailText": "A"}, {"detailText": "B"}, {"detailText": "C"})
    assert (merge.export, merge.back) == ({}, {"detailText": "C"})


def test_the_link_is_nobodys_change():
    assert WAY.edited({}, {LINK_FIELD: "7"}) == frozenset()
    merge = WAY.merge({}, {LINK_FIELD: ""}, {LINK_FIELD: "7"})
    assert merge.back == {}


def test_an_unset_field_and_an_empty_one_are_the_same():
    assert WAY.edited({}, {"property1": ""}) == frozenset()


def test_texts_become_blings_fields():
    fields = WAY.fields({"name": "Copo", "price": "4.50", "active": "N", "height": "55", LINK_FIELD: "7"}, [])
    assert fields == {
        "nome": "Copo",
        "preco": Decimal("4.50"),
        "situacao": "I",
        "dimensoes": {"altura": Decimal("5.500000000")},
    }


def test_an_empty_text_changes_nothing_where_the_rule_says_so():
    assert WAY.fields({"property1": ""}, []) == {}


def test_changes_are_told_in_the_words_of_the_side_that_is_written():
    base, here = {"active": "Y", "name": "Copo"}, {"active": "N", "name": "Caneca"}
    there = {"active": "Y", "name": "Jarra"}
    merge = WAY.merge(base, here, there)
    told = WAY.changes(LENS, merge, here, there, WAY.fields(merge.export, []))
    assert [(one.field, one.before, one.after, one.way) for one in told] == [
        ("situacao", "A", "I", "export"),
        ("name", "Caneca", "Jarra", "conflict_bling"),
    ]


def test_an_object_is_sent_whole():
    source = {"nome": "Copo", "dimensoes": {"altura": 4, "largura": 3}}
    assert to_send(source, {"dimensoes": {"altura": 5}}) == {"dimensoes": {"altura": 5, "largura": 3}}


def test_custom_fields_are_told_apart_by_their_ids():
    source = {"camposCustomizados": [{"idCampoCustomizado": 1, "valor": "a"}, {"idCampoCustomizado": 2}]}
    new = {"camposCustomizados": [{"idCampoCustomizado": 1, "valor": "b"}]}
    assert overlaid(source, new)["camposCustomizados"] == [
        {"idCampoCustomizado": 2},
        {"idCampoCustomizado": 1, "valor": "b"},
    ]


def test_what_only_goes_there_is_seen_as_well():
    assert WAY.seen({"observacoes": " Frágil ", "nome": "Copo"}, {"name": "Copo"}) == {
        "name": "Copo",
        "previewText": "Frágil",
    }


def test_a_key_below_zero_is_bitrix24s():
    key = RecordKey(Kind.PRODUCT, UUID(int=1), -45)
    assert (key.in_bling, key.in_bitrix24) == (None, 45)
    assert (RecordKey(Kind.PRODUCT, UUID(int=1), 45).in_bling) == 45
