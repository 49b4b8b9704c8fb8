"""Rules of the form as rows: fields to choose from, options of the transform, cost, badges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from connector.domain.costs import Reading, cost_of
from connector.domain.events import Kind
from connector.domain.field_watch import FieldChange, What
from connector.domain.fields import Field, named
from connector.domain.inverse import SECOND
from connector.domain.mapping import PRODUCT_RULES, Rule
from connector.domain.transforms import ONE_WAY, why_one_way
from connector.domain.units import FAMILIES
from dashboard.reader import N_, _, plural
from dashboard.telling import mapping_form, vendor_words
from dashboard.telling.mapping_errors import Errors
from dashboard.telling.mapping_form import UNREAD, YES, Wish
from dashboard.telling.mapping_known import Known
from dashboard.views import mapping as view
from dashboard.views.parts import Chip, Choice

TRANSFORMS: dict[str, str] = {
    "identity": N_("Igual"),
    "text": N_("Texto"),
    "number": N_("Número"),
    "unit": N_("Unidade"),
    "money": N_("Dinheiro"),
    "yes_no": N_("Sim ou não"),
    "choice": N_("Tabela"),
    "date": N_("Data"),
    "list": N_("Lista"),
    "section": N_("Categoria ↔ seção"),
    "first_image": N_("Primeira imagem"),
    "html_text": N_("HTML → texto"),
    "template": N_("Modelo"),
    "constant": N_("Sempre igual"),
}
POLICIES = (("bling", N_("Bling manda")), ("keep", N_("Manter edição")))
EMPTIES = (("ignore", N_("vazio não altera")), ("erase", N_("vazio apaga")))
DIRECTIONS = (
    ("both", N_("nos dois sentidos")),
    ("import", N_("só do Bling")),
    ("export", N_("só do Bitrix24")),
)
CASES = (
    ("keep", N_("como está")),
    ("upper", N_("MAIÚSCULAS")),
    ("lower", N_("minúsculas")),
    ("title", N_("Primeira Maiúscula")),
)
LABELS: dict[str, str] = {
    "trim": N_("Tirar espaços das pontas"),
    "case": N_("Letras"),
    "scale": N_("Multiplicar por"),
    "from": N_("No Bling"),
    "to": N_("No Bitrix24"),
    "true": N_("Sim, no Bling"),
    "false": N_("Não, no Bling"),
    "zone": N_("Fuso horário"),
    "separator": N_("Separador no Bling"),
    "text": N_("Modelo, com campos entre chaves"),
    "value": N_("Valor"),
}
#: Bling's fields by the first part of their path.
GROUPS: dict[str, str] = {
    "dimensoes": N_("Peso e medidas"),
    "pesoLiquido": N_("Peso e medidas"),
    "pesoBruto": N_("Peso e medidas"),
    "volumes": N_("Peso e medidas"),
    "itensPorCaixa": N_("Peso e medidas"),
    "tributacao": N_("Tributação"),
    "midia": N_("Imagens"),
    "imagemURL": N_("Imagens"),
    "estoque": N_("Estoque"),
    "fornecedor": N_("Fornecedor"),
    "camposCustomizados": N_("Campos customizados"),
}
#: A table with more values shows only the lines that are filled in, and one to type.
MOST_LINES = 60
#: Empty lines of a table that grows.
SPARE = 2


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of both sides, ready to be chosen from."""

    bling: dict[str, Field]
    bitrix24: dict[str, Field]
    #: Whether the portal's fields are known at all.
    portal_known: bool
    watch: dict[tuple[str, str], FieldChange]


def sides(known: Known) -> Sides:
    """For all rows of a screen."""
    return Sides(
        bling=named(known.lists.bling(Kind.PRODUCT)),
        bitrix24=named(known.lists.targets(Kind.PRODUCT)),
        portal_known=known.lists.portal is not None,
        watch={(one.side, one.field): one for one in known.watch if not one.option},
    )


def rows(wish: Wish, there: Sides, errors: Errors) -> tuple[view.Row, ...]:
    """All rows of the form."""
    keyed = mapping_form.keyed(wish.rows)
    ways = _ways(keyed)
    return tuple(_row(number, row, there, errors, ways[number]) for number, row in enumerate(keyed))


def _row(number: int, row: mapping_form.Row, there: Sides, errors: Errors, one_way: str) -> view.Row:
    reads = row.transform not in UNREAD
    bad = {field: errors.of(number, field) for field in ("bling", "bitrix24", "direction", "transform")}
    inputs = tuple(_input(number, row, name, there, errors) for name in _option_names(row))
    table = _table(number, row, there, errors) if row.transform == "choice" else None
    return view.Row(
        number=number,
        key=row.key,
        name=_name(number, row, there),
        id=row.id,
        bitrix24=bitrix24_groups(there.bitrix24.values(), row.bitrix24),
        bitrix24_error=bad["bitrix24"],
        transforms=_choices(TRANSFORMS.items(), row.transform),
        transform_error=bad["transform"] or errors.of(number, "transform.type"),
        bling=bling_groups(there.bling.values(), row.bling) if reads else (),
        bling_text=_("campos do modelo") if row.transform == "template" else _("nenhum campo"),
        bling_error=bad["bling"],
        policies=_choices(POLICIES, row.policy),
        empties=_choices(EMPTIES, row.empty),
        directions=_choices(DIRECTIONS, row.direction),
        direction_error=bad["direction"],
        inputs=inputs,
        table=table,
        costs=tuple(_costs(row)),
        one_way=one_way,
        badges=_badges(row, there),
        error=errors.of(number),
        open=row.fresh or bool(bad["direction"]),
    )


def _name(number: int, row: mapping_form.Row, there: Sides) -> str:
    field = there.bitrix24.get(row.bitrix24)
    title = vendor_words.title(field) if field else row.bitrix24
    count = _("Regra %(number)s") % {"number": number + 1}
    return f"{count}, {title}" if title else count


def bitrix24_groups(fields: Iterable[Field], chosen: str) -> tuple[view.Group, ...]:
    """Fields of products, then properties."""
    plain: list[Choice] = []
    own: list[Choice] = []
    for field in fields:
        choice = Choice(field.name, vendor_words.title(field), field.name == chosen)
        (own if field.name.startswith("property") else plain).append(choice)
    groups = ((_("Campos do produto"), plain), (_("Propriedades"), own))
    return _groups(groups, chosen, _("Campo do Bitrix24"))


def bling_groups(fields: Iterable[Field], chosen: str) -> tuple[view.Group, ...]:
    """Bling's fields by what they are about; the account's own ones last."""
    found: dict[str, list[Choice]] = {_("Principais"): []}
    for field in fields:
        group = GROUPS.get(field.name.partition(".")[0], N_("Principais"))
        found.setdefault(_(group), []).append(
            Choice(field.name, vendor_words.title(field), field.name == chosen)
        )
    return _groups(found.items(), chosen, _("Campo do Bling"))


def _groups(
    groups: Iterable[tuple[str, Sequence[Choice]]], chosen: str, nothing: str
) -> tuple[view.Group, ...]:
    """A chosen field that is not there any more still stands where it was chosen."""
    filled = [view.Group(label, tuple(choices)) for label, choices in groups if choices]
    if any(choice.chosen for group in filled for choice in group.choices):
        return tuple(filled)
    first = Choice(chosen, chosen or nothing, chosen=True)
    return (view.Group("", (first,)), *filled)


def _choices(pairs: Iterable[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    found = tuple(Choice(value, _(label), value == chosen) for value, label in pairs)
    known = any(choice.chosen for choice in found)
    return found if known else (Choice(chosen, chosen, chosen=True), *found)


# Options of the transform


def _option_names(row: mapping_form.Row) -> tuple[str, ...]:
    return mapping_form.OPTIONS.get(row.transform, ())


def _input(number: int, row: mapping_form.Row, name: str, there: Sides, errors: Errors) -> view.Input:
    value = row.options.get(name, "")
    error = errors.of(number, f"transform.{name}")
    choices: tuple[Choice, ...] = ()
    match name:
        case "case":
            choices = _choices(CASES, value)
        case "trim":
            choices = _choices(((YES, N_("sim")), ("", N_("não"))), value)
        case "from" | "to":
            units = [unit for family in FAMILIES for unit in family]
            choices = _choices(((unit, unit) for unit in units), value)
        case "value" if (field := there.bitrix24.get(row.bitrix24)) and field.options:
            listed = ((one.id, one.name) for one in field.options)
            choices = _plain([("", _("escolha")), *listed], value)
    return view.Input(
        name=name,
        label=_(LABELS[name]),
        value=value,
        choices=choices,
        long=name in ("text", "value") and not choices,
        error=error,
    )


def _plain(pairs: Iterable[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    """The vendors' own words; what is not there any more still stands where it was chosen."""
    found = tuple(Choice(value, label, value == chosen) for value, label in pairs)
    if any(choice.chosen for choice in found):
        return found
    return (*found, Choice(chosen, chosen, chosen=True))


def _table(number: int, row: mapping_form.Row, there: Sides, errors: Errors) -> view.Table:
    source, target = there.bling.get(row.bling), there.bitrix24.get(row.bitrix24)
    theirs = {one.id: vendor_words.option(one) for one in source.options} if source else {}
    values = [(one.id, one.name) for one in target.options] if target else []
    chosen = dict(row.table)
    listed = theirs if len(theirs) <= MOST_LINES else {key: theirs[key] for key in chosen if key in theirs}
    keys = [*listed, *(key for key in chosen if key not in listed)]
    grows = len(theirs) != len(listed) or not theirs
    pairs = [_pair(number, key, theirs, chosen, values, errors) for key in keys]
    spare = [_pair(number, "", {}, {}, values, errors) for _one in range(SPARE)] if grows else []
    filled = sum(bool(value) for value in chosen.values())
    return view.Table(
        pairs=(*pairs, *spare),
        count=plural("%(num)s par", "%(num)s pares", filled),
        grows=grows,
    )


def _pair(
    number: int,
    key: str,
    theirs: Mapping[str, str],
    chosen: Mapping[str, str],
    values: Sequence[tuple[str, str]],
    errors: Errors,
) -> view.Pair:
    value = chosen.get(key, "")
    return view.Pair(
        key=key,
        name=theirs.get(key, ""),
        value=value,
        choices=_plain([("", _("sem escolha")), *values], value) if values else (),
        error=errors.of(number, f"transform.table.{key}") if key else "",
    )


# What a rule costs, and what is to be known of it


def _costs(row: mapping_form.Row) -> Iterable[Chip]:
    """Nothing can be said of a rule that does not say yet what it reads."""
    transform = mapping_form.transform_of(row)
    if transform is None or row.direction == "export" or not (row.bling or row.transform in UNREAD):
        return
    rule = Rule(id="", bling=row.bling, bitrix24=row.bitrix24, transform=transform)
    cost = cost_of(Kind.PRODUCT, rule)
    if cost.change is Reading.NONE:
        yield Chip(_("já vem na mensagem"))
    else:
        yield Chip(_("+1 consulta por alteração"), "wait")
    if cost.pictures:
        yield Chip(_("+1 cópia por imagem nova"), "wait")


def _ways(rows: Sequence[mapping_form.Row]) -> list[str]:
    """What each row says of the way back; of rows with one field of Bling's one leads there."""
    found = [_one_way(row) for row in rows]
    led = {rule.bling for rule in PRODUCT_RULES}
    back = [number for number, row in enumerate(rows) if row.direction != "import" and not found[number]]
    for number in sorted(back, key=lambda one: rows[one].direction != "export"):
        if rows[number].bling in led:
            found[number] = _("Só do Bling para o Bitrix24: %(why)s.") % {"why": _(SECOND)}
        elif rows[number].bling:
            led.add(rows[number].bling)
    return found


def _one_way(row: mapping_form.Row) -> str:
    transform = mapping_form.transform_of(row)
    why = why_one_way(transform) if transform is not None else None
    if why is None:
        return ""
    if isinstance(transform, ONE_WAY):
        return _("Só do Bling para o Bitrix24: %(why)s.") % {"why": _(why)}
    return _("Atenção na volta: %(why)s.") % {"why": _(why)}


#: Sentences of connector.domain.transforms and connector.domain.inverse, for the catalogue.
WHYS = (
    N_("um modelo junta vários campos: não dá para separá-los de volta"),
    N_("um valor fixo não diz nada sobre o outro lado"),
    N_("a formatação foi retirada e não volta"),
    N_("a imagem é copiada do Bling e não volta"),
    N_("multiplicado por zero, o número não volta"),
    N_("as unidades não medem a mesma coisa"),
    N_("dois valores do Bling dão o mesmo no Bitrix24: volta o primeiro deles"),
    N_("outra regra já leva este campo de volta ao Bling"),
)


def _badges(row: mapping_form.Row, there: Sides) -> tuple[Chip, ...]:
    return tuple(_side_badges(row, there))


def _side_badges(row: mapping_form.Row, there: Sides) -> Iterable[Chip]:
    for side, name in (("bitrix24", row.bitrix24), ("bling", row.bling)):
        change = there.watch.get((side, name))
        if change is None:
            continue
        if change.what is What.REMOVED:
            yield Chip(_("“%(field)s” foi apagado no %(side)s") % _said(change), "need")
        elif change.what is What.RENAMED:
            yield Chip(_("“%(before)s” agora se chama “%(field)s”") % _said(change), "wait")


def _said(change: FieldChange) -> dict[str, str]:
    side = {"bling": "Bling", "bitrix24": "Bitrix24"}[change.side]
    return {"field": change.title, "before": change.before, "side": side}
