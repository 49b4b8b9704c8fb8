"""A sales order of Bling: what takes part, what its deal should hold.

Sources: facts of Bling (orders, situations, the money of an order).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from connector.domain.deals import (
    COMPANY_FIELD,
    CONTACT_FIELD,
    ORIGIN_FIELD,
    SITUATION,
    VALOR,
    DealRow,
    deal_row,
    with_rows,
)
from connector.domain.events import Reason
from connector.domain.mapping import PIPELINE_FIELD, STAGE_FIELD, Lens, Source, Target
from connector.domain.money import Amounts, Item, Row, rows_of
from connector.domain.pipelines import Pipeline, pipeline_of, suggest
from connector.domain.transforms import NO_DATE, Choice, forward
from connector.domain.values import InvalidValue, at

#: Bitrix24's id of a product for a Bling id or a SKU; 0 for a row by name.
ProductOf = Callable[[Row], int]


class BadOrder(ValueError):
    """The order says something that cannot be; the text is fit for a person."""


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders take part; an empty set lets all pass."""

    since: date | None = None
    situacao: frozenset[int] = frozenset()
    loja: frozenset[int] = frozenset()
    vendedor: frozenset[int] = frozenset()


class Person(msgspec.Struct, frozen=True):
    """Who a deal is with in Bitrix24."""

    contact_id: int | None = None
    company_id: int | None = None


def filter_of(saved: Mapping[str, object]) -> Filter:
    """The filter as a mapping keeps it; raises `msgspec.ValidationError`."""
    return msgspec.convert(saved, Filter)


def outside(source: Source, filter: Filter, connected: date | None, *, linked: bool) -> Reason | None:
    """Why an order (or the message about one) makes no deal; None when it takes part.

    `connected`: the day from which orders count when the filter names none. A linked order is not too old.
    """
    since = filter.since or connected
    day = _day(source.get("data"))
    if not linked and since is not None and day is not None and day < since:
        return Reason.BEFORE_START
    chosen = (filter.situacao, filter.loja, filter.vendedor)
    for ids, path in zip(chosen, ("situacao", "loja", "vendedor"), strict=True):
        if ids and _id(source, path) not in ids:
            return Reason.FILTERED
    return None


def items_of(source: Source) -> list[Item]:
    """The order's items; raises `BadOrder`."""
    found = source.get("itens")
    return [_item(item) for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def amounts_of(source: Source) -> Amounts:
    """What the order says of its money; raises `BadOrder`."""
    return Amounts(
        total=number(source, "total"),
        discount=number(source, "desconto.valor"),
        discount_percent=at(source, "desconto.unidade") == "PERCENTUAL",
        freight=number(source, "transporte.frete"),
        expenses=number(source, "outrasDespesas"),
    )


def products_in(items: Iterable[Item]) -> set[int]:
    """Bling ids of the products in an order."""
    return {item.product_id for item in items if item.product_id}


def pipeline_number(lens: Lens) -> int:
    """The pipeline that new deals go into."""
    rule = lens.rule_for(PIPELINE_FIELD)
    chosen = forward(rule.transform)("") if rule is not None else "0"
    return int(chosen) if chosen.isdecimal() else 0


def stage_of(lens: Lens, pipelines: Iterable[Pipeline], number: int, source: Source) -> str | None:
    """The stage for the order's situation; "" when no rule writes one, None when there is none to choose."""
    rule = lens.rule_for(STAGE_FIELD)
    pipeline = pipeline_of(pipelines, number)
    if rule is None:
        return ""
    if pipeline is None:
        return None
    if isinstance(rule.transform, Choice) and not rule.transform.table:
        valor = at(source, "situacao.valor")
        return suggest(pipeline, valor if isinstance(valor, int) else None)
    value = at(source, rule.bling) if rule.bling else source
    try:
        stage = forward(rule.transform)(value)
    except InvalidValue:
        return None
    return stage if any(stage == one.id for one in pipeline.stages) else None


def wanted(
    lens: Lens, source: Source, company_id: str, stage: str, person: Person, product_of: ProductOf
) -> Target:
    """What the order's deal should hold; raises `BadField` and `BadOrder`."""
    target = lens.apply(source)
    target[ORIGIN_FIELD] = origin(company_id, source)
    target[SITUATION] = str(situation_of(source))
    target[VALOR] = str(at(source, "situacao.valor"))
    return dressed(target, stage, person, rows(items_of(source), amounts_of(source), product_of))


def dressed(target: Target, stage: str, person: Person, rows: list[DealRow]) -> Target:
    """A target with its stage, its person and its rows."""
    target.pop(STAGE_FIELD, None)
    if stage:
        target[STAGE_FIELD] = stage
    if person.contact_id is not None:
        target[CONTACT_FIELD] = str(person.contact_id)
    if person.company_id is not None:
        target[COMPANY_FIELD] = str(person.company_id)
    return with_rows(target, rows)


def rows(items: list[Item], amounts: Amounts, product_of: ProductOf) -> list[DealRow]:
    """The rows of a deal, with Bitrix24's products."""
    return [deal_row(row, product_of(row)) for row in rows_of(items, amounts)]


def origin(company_id: str, source: Source) -> str:
    """What a deal's `originId` says of its order."""
    return f"{company_id}:{source.get('id')}"


def store_number(source: Source, field: str = "numeroLoja") -> str | None:
    """`{loja}:{numeroLoja}`, by which an invoice finds its order; None for an order made by hand."""
    value = source.get(field)
    return f"{_id(source, 'loja')}:{value}" if isinstance(value, str) and value.strip() else None


def invoice_of(source: Source) -> int | None:
    """Bling id of the order's invoice; None for none."""
    return _id(source, "notaFiscal") or None


def contact_of(source: Source) -> Mapping[str, Any] | None:
    """The order's contact as the order tells it; None for an order without one."""
    contact = source.get("contato")
    return contact if isinstance(contact, Mapping) and contact.get("id") else None


def situation_of(source: Source) -> int:
    """The account's own id of the order's situation, 0 for none."""
    return _id(source, "situacao")


def label(source: Source) -> str:
    """What people call the order."""
    number = source.get("numero")
    return f"Pedido {number}" if number else f"Pedido {source.get('id')}"


def number(source: object, path: str) -> Decimal:
    """The amount at a path, 0 for none; raises `BadOrder`."""
    value = at(source, path)
    if value is None or value == "":
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise BadOrder(f"{path} não é um número: {value!r}")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise BadOrder(f"{path} não é um número: {value!r}") from None
    if not amount.is_finite():
        raise BadOrder(f"{path} não é um número: {value!r}")
    return amount


def _item(item: Mapping[str, Any]) -> Item:
    return Item(
        name=_text(item, "descricao"),
        code=_text(item, "codigo"),
        unit=_text(item, "unidade"),
        quantity=number(item, "quantidade"),
        price=number(item, "valor"),
        discount=number(item, "desconto"),
        product_id=_id(item, "produto"),
    )


def _text(source: Mapping[str, Any], field: str) -> str:
    value = source.get(field)
    return value if isinstance(value, str) else ""


def _id(source: Source, path: str) -> int:
    """The id of a reference; `{"id": 0}`, null and absent all mean none."""
    value = at(source, f"{path}.id")
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _day(value: object) -> date | None:
    if not isinstance(value, str) or value.startswith(NO_DATE):
        return None
    try:
        return date.fromisoformat(value[: len(NO_DATE)])
    except ValueError:
        return None
