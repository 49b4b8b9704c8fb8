"""The mapping editor without a browser: rules as rows and back, suggestions, mistakes in words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from connector.account.field_lists import FieldLists
from connector.account.mapping_flaws import Flaw, RuleError
from connector.account.mappings import BadMapping, checked
from connector.domain.events import Kind, Reason
from connector.domain.fields import Field, FieldType, PortalFields
from connector.domain.mapping import PRODUCT_RULES, MappingVersion, Rule
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
from connector.sync.preview import FieldPreview, Preview, Problem, RecordPreview
from dashboard import catalogue
from dashboard.dev import sample_product
from dashboard.reader import Language, Reader, reading
from dashboard.telling import mapping_form, mapping_preview, mapping_rows
from dashboard.telling.field_words import FieldWords
from dashboard.telling.mapping import Said, editor
from dashboard.telling.mapping_errors import Errors, errors_in
from dashboard.telling.mapping_form import Row, Wish
from dashboard.telling.mapping_known import Known
from dashboard.telling.mapping_suggestions import COMMON
from dashboard.telling.mapping_suggestions import row as suggested

TRANSFORMS: tuple[Transform, ...] = (
    Identity(),
    Text(trim=False, case="upper"),
    Number(scale=0.001),
    Unit(source="kg", target="g"),
    Money(),
    YesNo(true="S", false="N"),
    Choice(table={"UN": "9", "KG": "7"}),
    Date(),
    ListOf(separator=","),
    HtmlText(),
    Template(text="{nome} – {codigo}"),
    Constant(value="7"),
)


def mapping(*rules: Rule, **more: Any) -> MappingVersion:
    return MappingVersion(kind=Kind.PRODUCT, version=3, rules=(*PRODUCT_RULES, *rules), **more)


def rule(transform: Transform, number: int = 0) -> Rule:
    one_way = isinstance(transform, Template | Constant)
    return Rule(
        id=f"mine-{number}",
        bling="" if one_way else "marca",
        bitrix24=f"property{100 + number}",
        transform=transform,
        policy="keep",
        empty="erase",
        direction="import" if one_way else "both",
    )


def posted(wish: Wish) -> list[tuple[str, str]]:
    """What a browser sends of a form that shows this wish."""
    fields = [("nota", wish.note)]
    for number, row in enumerate(wish.rows):
        names = ("id", "bling", "bitrix24", "transform", "policy", "empty", "direction")
        fields += [(f"r.{number}.{name}", getattr(row, name)) for name in names]
        fields += [(f"r.{number}.of", row.transform)]
        fields += [(f"r.{number}.o.{name}", value) for name, value in row.options.items()]
        for key, value in row.table:
            fields += [(f"r.{number}.k", key), (f"r.{number}.v", value)]
    return fields + [(f"f.{part}", str(one)) for part, values in wish.filter.items() for one in values]


def test_every_rule_comes_back_from_the_form_as_it_was() -> None:
    rules = [rule(transform, number) for number, transform in enumerate(TRANSFORMS)]
    saved = mapping(*rules, filter={"categoria": [901, 902], "tipo": ["P"]})
    wish = mapping_form.sent(posted(mapping_form.saved(saved)))
    sent = checked(Kind.PRODUCT, mapping_form.body(saved, wish), None, None)
    assert sent.rules == saved.rules
    assert sent.filter == saved.filter


def test_options_of_another_transform_are_left_behind() -> None:
    fields = [("r.0.transform", "unit"), ("r.0.of", "text"), ("r.0.o.case", "upper")]
    (row,) = mapping_form.sent(fields).rows
    assert row.options == {"from": "kg", "to": "g"}


def test_new_rules_are_named_after_what_they_read() -> None:
    rows = (Row(bling="marca", bitrix24="property1"), Row(bling="marca", bitrix24="property2"))
    body = mapping_form.body(mapping(), Wish(rows=rows))
    assert [one["id"] for one in body["rules"][len(PRODUCT_RULES) :]] == ["marca", "marca-2"]


def test_a_row_keeps_its_key_whatever_rows_come_and_go() -> None:
    rows = mapping_form.keyed((Row(), Row(id="marca"), Row(key="0"), Row()))
    assert [one.key for one in rows] == ["1", "=marca", "0", "2"]
    assert mapping_form.keyed(rows[1:]) == rows[1:]


@pytest.mark.parametrize(("typed", "scale"), [("0,001", 0.001), ("1000", 1000), ("muito", "muito")])
def test_numbers_are_read_as_people_write_them(typed: str, scale: object) -> None:
    row = Row(bling="preco", bitrix24="weight", transform="number", options={"scale": typed})
    (sent,) = mapping_form.body(mapping(), Wish(rows=(row,)))["rules"][len(PRODUCT_RULES) :]
    assert sent["transform"] == {"type": "number", "scale": scale}


def test_what_nobody_can_mean_is_left_out() -> None:
    fields = [
        ("r.x.bling", "a"),
        ("r.99999.bling", "a"),
        ("r.", ""),
        ("f.categoria", "x"),
        ("f.categoria", "0"),
    ]
    assert mapping_form.sent(fields) == Wish()


def test_a_file_fills_the_form() -> None:
    content = {"rules": msgspec.to_builtins([*PRODUCT_RULES, rule(Text())]), "note": "de outra conta"}
    wish = mapping_form.imported(content, Wish(filter={"tipo": ["P"]}))
    assert [row.bitrix24 for row in wish.rows] == ["property100"]
    assert wish.filter == {"tipo": ["P"]}
    with pytest.raises(msgspec.ValidationError):
        mapping_form.imported({"rules": [{"id": 1}]}, Wish())


def test_mistakes_stand_at_their_rows() -> None:
    index = len(PRODUCT_RULES) + 1
    found = BadMapping(
        (
            RuleError(index, "bitrix24", Flaw.NOT_THERE, "gone"),
            RuleError(index, "transform.table.UN", Flaw.NOT_THERE, "no"),
            RuleError(None, "filter.tipo", Flaw.VALUE, "no"),
            RuleError(None, "rules", Flaw.LOCKED, "the fixed rule id is missing"),
        )
    )
    errors = errors_in(found, mapping())
    assert "não existe no Bitrix24" in errors.of(1, "bitrix24")
    assert errors.of(1, "transform.table.UN")
    assert errors.fields["filtro.tipo"]
    assert "fixed rule id" in errors.general


def test_what_suggestions_add_can_be_saved() -> None:
    known = sample_product.what_is_known()
    there = mapping_rows.sides(known)
    rows = [found for name in COMMON if (found := suggested(name, Wish(), there)) is not None]
    assert {row.bitrix24 for row in rows} == {field.name for field in sample_product.FIELDS.product}
    body = mapping_form.body(mapping(), Wish(rows=tuple(rows)))
    assert len(checked(Kind.PRODUCT, body, None, None, known.lists).rules) == len(PRODUCT_RULES) + len(rows)
    assert {row.bling: row.transform for row in rows}["categoria.id"] == "section"


def test_only_what_is_there_and_free_is_suggested() -> None:
    shown = sample_product.full().editor
    assert [one.id for one in shown.suggestions] == ["unidade", "largura", "descricao"]
    assert sample_product.empty().editor.suggestions == ()


def test_a_rule_says_what_it_costs_and_what_became_of_its_field() -> None:
    brand, _weight, category, gone, text = sample_product.full().editor.rows
    assert [one.label for one in brand.costs] == ["+1 consulta por alteração"]
    assert [one.label for one in category.costs] == ["já vem na mensagem"]
    assert [one.label for one in gone.badges] == ["“Cor” foi apagado no Bitrix24"]
    assert gone.bitrix24[0].choices[0].value == "property131"
    assert "não volta" in text.one_way


def test_of_two_rules_with_one_field_of_blings_the_second_says_that_it_does_not_lead_back() -> None:
    first, second = (
        Row(bling="marca", bitrix24=f"property{number}", transform="text") for number in (20, 21)
    )
    name = Row(bling="nome", bitrix24="detailText")
    there = mapping_rows.sides(Known(mapping=mapping(), saved_at=None, lists=FieldLists()))
    told = mapping_rows.rows(Wish(rows=(first, second, name)), there, Errors())
    assert ["outra regra" in one.one_way for one in told] == [False, True, True]


@pytest.mark.parametrize(("accounts", "asked"), [(1, False), (2, True)])
def test_who_has_several_accounts_chooses_among_them(accounts: int, asked: bool) -> None:
    known = sample_product.what_is_known()
    around = sample_product.surroundings(accounts=accounts)
    parts = editor(around, known, Wish(filter={"tipo": ["P"]}), Said()).parts
    assert ("f.conta" in {one.name for one in parts}) is asked


def test_who_only_reads_is_offered_nothing() -> None:
    shown = sample_product.reading().editor
    assert not shown.editable
    assert shown.suggestions == ()
    assert "não respondeu" in shown.notices[0].fact


def test_a_preview_counts_and_shows_first_what_needs_the_person() -> None:
    change = FieldPreview(field="price", before="10.00", after="12.00", rule="preco")
    stays = FieldPreview(field="name", before="Copo", after="Copo", rule="nome")
    seen = Preview(
        records=(
            RecordPreview(bling_id=1, bitrix_id=1, label="igual", fields=(stays,)),
            RecordPreview(bling_id=2, bitrix_id=2, label="muda", fields=(stays, change)),
            RecordPreview(
                bling_id=3, bitrix_id=3, label="errado", problems=(Problem(text="não é um número"),)
            ),
            RecordPreview(bling_id=4, bitrix_id=None, label="fora", skipped=Reason.FILTERED),
        ),
        unread=1,
    )
    told = mapping_preview.told(seen, FieldWords())
    assert [one.label for one in told.records] == ["errado", "muda", "igual", "fora"]
    assert told.tally == ("1 muda", "2 iguais")
    assert told.wrong == "1 precisa de você"
    assert "1 não pôde ser lido" in told.sentence
    price = told.records[1].deltas[0]
    assert (price.field, price.before, price.after) == ("Preço", "R$ 10,00", "R$ 12,00")


def test_a_picture_is_suggested_where_the_portal_has_a_place_for_it() -> None:
    portal = PortalFields(
        product=(Field(name="detailPicture", title="Imagem detalhada", type=FieldType.PICTURE),)
    )
    there = mapping_rows.sides(Known(mapping=mapping(), saved_at=None, lists=FieldLists(portal=portal)))
    found = suggested("imagem", Wish(), there)
    assert found is not None
    assert (found.bling, found.bitrix24, found.transform, found.direction) == (
        "midia.imagens",
        "detailPicture",
        "first_image",
        "import",
    )
    (row,) = mapping_rows.rows(Wish(rows=(found,)), there, Errors())
    assert [one.label for one in row.costs] == ["+1 consulta por alteração", "+1 cópia por imagem nova"]
    assert row.one_way.startswith("Só do Bling")


def test_records_that_are_being_read_are_said_and_asked_for_again() -> None:
    partial = RecordPreview(bling_id=1, bitrix_id=1, label="Copo", partial=True)
    seen = Preview(records=(partial,), unread=2, pending=1)
    shown = mapping_preview.told(seen, FieldWords(), rounds=3)
    assert (shown.reading, shown.again) == ("lendo mais 1…", 4)
    assert "1 não pôde ser lido" in shown.sentence
    assert shown.records[0].chip.label == "lendo…"
    assert mapping_preview.told(seen, FieldWords(), rounds=mapping_preview.MOST_ROUNDS).again == 0


def test_a_problem_is_said_in_the_readers_language() -> None:
    said = {"value": "'leve'"}
    bad = Problem(text="não é um número: %(value)s", said=said, source="pesoBruto", target="weight")
    record = RecordPreview(bling_id=1, bitrix_id=1, label="Copo", problems=(bad,))
    catalogue.compile_all()
    reading(Reader(language=Language.ENGLISH))
    shown = mapping_preview.told(Preview(records=(record,)), FieldWords())
    reading(Reader())
    assert shown.records[0].detail.endswith("not a number: 'leve'")
