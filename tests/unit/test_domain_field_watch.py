"""What appeared, was renamed or went away."""

from __future__ import annotations

from connector.domain.field_watch import MOST_OPTIONS, FieldChange, Seen, Side, What, changes, seen_of
from connector.domain.fields import Field, FieldType, Option
from connector.domain.mapping import Rule
from connector.domain.transforms import Choice, Constant, Identity, Template


def field(name: str, title: str = "", *options: Option) -> Field:
    return Field(name=name, title=title or name, type=FieldType.TEXT, options=options)


def there(*fields: Field) -> Seen:
    return Seen(bling={}, bitrix24=seen_of(fields))


def told(then: Seen, now: Seen, *rules: Rule) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """What, where, which value, and whose rules."""
    return [(one.what, one.field, one.option, one.rules) for one in changes(then, now, rules)]


def rule(rule_id: str, bitrix24: str, transform: object = Identity(), bling: str = "marca") -> Rule:
    return Rule(id=rule_id, bling=bling, bitrix24=bitrix24, transform=transform)  # type: ignore[arg-type]


def test_nothing_different_is_nothing_to_tell():
    same = there(field("a"), field("b", "B", Option("1", "um")))
    assert changes(same, same, ()) == ()


def test_fields_appear_and_go_away():
    assert told(there(field("a")), there(field("b")), rule("r", "a")) == [
        ("removed", "a", "", ("r",)),
        ("appeared", "b", "", ()),
    ]


def test_a_new_name_is_told_with_the_former_one():
    (one,) = changes(there(field("a", "Marca")), there(field("a", "Fabricante")), ())
    assert one == FieldChange(
        side=Side.BITRIX24, what=What.RENAMED, field="a", title="Fabricante", before="Marca"
    )


def test_a_stage_that_goes_away_names_the_rule_whose_table_has_it():
    won, lost = Option("WON", "Ganho"), Option("LOSE", "Perdido")
    table = rule("etapa", "stageId", Choice(table={"9": "WON"}), "situacao.id")
    always = rule("sempre", "stageId", Constant(value="LOSE"))
    then = there(field("stageId", "Etapa", won, lost))
    assert told(then, there(field("stageId", "Etapa", lost)), table, always) == [
        ("removed", "stageId", "WON", ("etapa",))
    ]
    assert told(then, there(field("stageId", "Etapa", won)), table, always) == [
        ("removed", "stageId", "LOSE", ("sempre",))
    ]


def test_on_blings_side_paths_of_templates_count_and_keys_of_tables():
    then = Seen(bling=seen_of([field("marca"), field("gtin"), field("s", "S", Option("9", "Atendido"))]))
    now = Seen(bling=seen_of([field("s", "S", Option("9", "Entregue"))]))
    rules = (
        rule("t", "title", Template(text="{marca} {gtin}"), ""),
        rule("e", "stageId", Choice(table={"9": "WON"}), "s"),
    )
    assert told(then, now, *rules) == [
        ("removed", "marca", "", ("t",)),
        ("removed", "gtin", "", ("t",)),
        ("renamed", "s", "9", ("e",)),
    ]


def test_a_side_that_was_not_known_says_nothing():
    known = there(field("a"))
    assert changes(Seen(), known, ()) == changes(known, Seen(), ()) == ()


def test_long_lists_are_not_watched_value_by_value():
    many = [Option(str(number), str(number)) for number in range(MOST_OPTIONS + 1)]
    assert seen_of([field("a", "a", *many)])["a"].options == {}
