"""Configuração › Pedido as a form: a mapping as fields, fields as rules, and what is wrong beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from connector.account.mappings import BadMapping, Flaw
from connector.account.toggles import OnDeleted
from connector.domain.events import Kind
from connector.domain.mapping import PIPELINE_FIELD, STAGE_FIELD, MappingVersion, Rule
from connector.domain.transforms import Choice, Constant, Template
from dashboard.reader import _

TITLE_FIELD, PERSON_FIELD, SOURCE_FIELD = "title", "assignedById", "sourceId"
#: Tables of the form: name of its fields → rule of its own (id, Bling's path, Bitrix24's field).
TABLES = {
    "responsavel": ("responsavel", "vendedor.id", PERSON_FIELD),
    "origem": ("fonte", "loja.id", SOURCE_FIELD),
}
#: Bitrix24's fields that the form shows in another way than as a rule.
OWN_FIELDS = frozenset({TITLE_FIELD, PIPELINE_FIELD, STAGE_FIELD, PERSON_FIELD, SOURCE_FIELD})
#: Parts of the filter that are lists of ids.
PARTS = ("situacao", "loja", "vendedor")
LARGEST_ID = 2**63 - 1
#: Longer texts are cut before they are looked at.
LONGEST = 1001
LONGEST_EXAMPLE = 4000


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the form holds, whoever filled it in."""

    pipeline: str
    #: Situation → stage, of those that have one.
    stages: dict[str, str]
    title: str
    sale_title: str
    #: Name of the table → Bling's id → Bitrix24's.
    tables: dict[str, dict[str, str]]
    since: str = ""
    parts: dict[str, list[int]] = {}
    on_deleted: OnDeleted = OnDeleted.NOTHING
    note: str = ""
    example: str = ""


class Errors(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, by field of the form; `general` for what has no field."""

    fields: dict[str, str] = {}
    general: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is."""
        return bool(self.fields or self.general)


def saved(order: MappingVersion, sale: MappingVersion, stages: dict[str, str], choice: OnDeleted) -> Wish:
    """The form as the mappings in force fill it; `stages` = the table in force."""
    return Wish(
        pipeline=pipeline_of(order),
        stages=stages,
        title=_title(order),
        sale_title=_title(sale),
        tables={name: table_of(order, name) or {} for name in TABLES},
        since=str(order.filter.get("since", "")),
        parts={name: _ids(order.filter.get(name)) for name in PARTS},
        on_deleted=choice,
    )


def sent(form: Iterable[tuple[str, object]]) -> Wish:
    """The form as somebody sent it, field by field; what nobody can mean is left out."""
    items = [(name, value.replace("\0", "").strip()) for name, value in form if isinstance(value, str)]
    first = {name: value[:LONGEST_EXAMPLE] for name, value in reversed(items)}
    choice = first.get("excluido", "")
    return Wish(
        pipeline=first.get("funil", "")[:LONGEST],
        stages=_table(items, "etapa"),
        title=first.get("titulo", "")[:LONGEST],
        sale_title=first.get("titulo_venda", "")[:LONGEST],
        tables={name: _table(items, name) for name in TABLES},
        since=first.get("desde", "")[:LONGEST],
        parts={name: _ids([value for field, value in items if field == name]) for name in PARTS},
        on_deleted=OnDeleted(choice) if choice in set(OnDeleted) else OnDeleted.NOTHING,
        note=first.get("nota", "")[:LONGEST],
        example=first.get("exemplo", ""),
    )


def order_body(order: MappingVersion, wish: Wish) -> dict[str, Any]:
    """What `mappings.save` takes for orders."""
    rules = [one for one in (_changed(rule, order, wish, wish.title) for rule in order.rules) if one]
    there = {rule.bitrix24 for rule in order.rules}
    for name, (rule_id, path, field) in TABLES.items():
        if (table := _chosen(wish.tables[name])) and field not in there:
            rules.append(Rule(id=rule_id, bling=path, bitrix24=field, transform=Choice(table=table)))
    filter = {name: ids for name, ids in wish.parts.items() if ids}
    since = {"since": wish.since} if wish.since else {}
    return {"rules": msgspec.to_builtins(rules), "filter": {**since, **filter}, "note": wish.note}


def sale_body(sale: MappingVersion, wish: Wish) -> dict[str, Any]:
    """The same for sales: they go where orders go."""
    rules = [one for one in (_changed(rule, sale, wish, wish.sale_title) for rule in sale.rules) if one]
    return {"rules": msgspec.to_builtins(rules), "note": wish.note}


def pipeline_of(mapping: MappingVersion) -> str:
    """The number of the pipeline that new deals go into."""
    for rule in mapping.rules:
        if rule.bitrix24 == PIPELINE_FIELD and isinstance(rule.transform, Constant):
            return rule.transform.value
    return "0"


def table_of(mapping: MappingVersion, name: str) -> dict[str, str] | None:
    """A table of the form; None where another rule writes its field."""
    _id, path, field = TABLES[name]
    for rule in mapping.rules:
        if rule.bitrix24 == field:
            own = isinstance(rule.transform, Choice) and rule.bling == path
            return rule.transform.table if own and isinstance(rule.transform, Choice) else None
    return {}


def errors_of(error: BadMapping, body: dict[str, Any], kind: Kind, found: Errors) -> Errors:
    """What a refusal says, beside the fields that it is about, with what was found before."""
    fields, general, sale = dict(found.fields), found.general, kind is Kind.SALE
    for one in error.errors:
        field = _field(one.index, one.field, body["rules"], sale=sale)
        if field:
            fields.setdefault(field, _said(field, one.code))
        else:
            general = _("Uma regra não pôde ser gravada: %(why)s.") % {"why": one.message}
    return Errors(fields=fields, general=general)


def _changed(rule: Rule, mapping: MappingVersion, wish: Wish, title: str) -> Rule | None:
    """A rule as the form wants it; None for a table that became empty."""
    if rule.locked:
        return rule
    match rule.bitrix24, rule.transform:
        case "title", Template():
            return msgspec.structs.replace(rule, transform=Template(text=title))
        case field, Constant() if field == PIPELINE_FIELD and wish.pipeline:
            return msgspec.structs.replace(rule, transform=Constant(value=wish.pipeline))
        case field, Choice(table=table) if field == STAGE_FIELD:
            kept = table if wish.pipeline in ("", pipeline_of(mapping)) else {}
            unseen = {key: stage for key, stage in kept.items() if key not in wish.stages}
            return msgspec.structs.replace(rule, transform=Choice(table={**unseen, **_chosen(wish.stages)}))
        case field, Choice() if (name := _table_name(field, rule.bling)) is not None:
            table = _chosen(wish.tables[name])
            return msgspec.structs.replace(rule, transform=Choice(table=table)) if table else None
    return rule


def _chosen(table: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in table.items() if value}


def _table_name(field: str, path: str) -> str | None:
    return next((name for name, (_id, *its) in TABLES.items() if its == [path, field]), None)


def _title(mapping: MappingVersion) -> str:
    for rule in mapping.rules:
        if rule.bitrix24 == TITLE_FIELD and isinstance(rule.transform, Template):
            return rule.transform.text
    return ""


def _table(items: Iterable[tuple[str, str]], name: str) -> dict[str, str]:
    """`etapa.6=NEW` …; an empty value says that there is none."""
    return dict(_pairs(items, name))


def _pairs(items: Iterable[tuple[str, str]], name: str) -> Iterator[tuple[str, str]]:
    for field, value in items:
        table, _dot, key = field.partition(".")
        if table == name and key.isascii() and key.isdecimal() and len(key) <= 19:
            yield key, value[:LONGEST]


def _ids(values: object) -> list[int]:
    found = values if isinstance(values, list | tuple) else []
    texts = [str(one) for one in found]
    numbers = {int(one) for one in texts if one.isascii() and one.isdecimal() and len(one) <= 19}
    return sorted(one for one in numbers if 0 < one <= LARGEST_ID)


def _field(index: int | None, field: str, rules: list[dict[str, Any]], *, sale: bool) -> str:
    """The form's name of what an error is about; empty for none."""
    if index is None:
        return {"filter.since": "desde", "note": "nota"}.get(field, "")
    match rules[index]["bitrix24"]:
        case "title":
            return "titulo_venda" if sale else "titulo"
        case name if name == PIPELINE_FIELD:
            return "funil"
        case name if name == STAGE_FIELD and field.startswith("transform.table."):
            return "etapa." + field.removeprefix("transform.table.")
    return ""


def _said(field: str, code: Flaw) -> str:
    match field:
        case "titulo" | "titulo_venda" if code is Flaw.UNKNOWN:
            return _("O Bling não tem um dos campos entre chaves. Use os de “Inserir”.")
        case "titulo" | "titulo_venda":
            return _("Escreva um título, com os campos do Bling entre chaves, como {numero}.")
        case "funil":
            return _("Este funil não existe mais no Bitrix24. Escolha outro.")
        case "desde":
            return _("Escreva uma data, como 23/11/2026.")
        case "nota":
            return _("A nota é longa demais.")
    return _("Escolha uma etapa deste funil.")
