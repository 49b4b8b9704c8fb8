"""A won deal of Bitrix24 → a sales order (pedido de venda) of Bling, to the cent.

The way of `connector.domain.money` back. Sources: facts of Bling (orders, the money of an order): `total =
Σ quantity × valor − discount + expenses + freight`, parcels add up to it, `valor` is net and no item
`desconto` is sent; an order carries our own mark in `numeroLoja`, for Bling has nothing else to find it by.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import msgspec

from connector.domain.money import NAMES, RowKind

_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
_CENT = Decimal("0.01")
#: Longest texts that Bling is sent: a description, and remarks.
_NAME, _REMARKS = 120, 1_000
#: How marks begin.
_MARK = "ponte"
#: Characters of a portal's `member_id` in a mark: two portals may share a Bling account.
_MEMBER = 8


class BadDeal(ValueError):
    """The deal makes no order; the text says why and what to do, for people."""


class SoldRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the deal; `price` per unit in reais, discounts taken off, `quantity` above 0."""

    name: str
    quantity: Decimal
    price: Decimal
    #: Bling's product, 0 for a row by name.
    product_id: int = 0
    code: str = ""
    unit: str = ""


class WonDeal(msgspec.Struct, frozen=True, kw_only=True):
    """What an order needs of a deal."""

    deal_id: int
    title: str
    #: Reais.
    amount: Decimal
    currency: str
    #: The day on which it was or is to be closed.
    closes: date | None = None
    rows: tuple[SoldRow, ...] = ()


def mark_of(member_id: str, deal_id: int) -> str:
    """What an order's `numeroLoja` says of its deal."""
    return f"{_MARK}-{member_id[:_MEMBER]}-{deal_id}"


def deal_marked(member_id: str, text: object) -> int | None:
    """The deal of this portal that an order was made of; None for an order of another origin."""
    if not isinstance(text, str):
        return None
    head, _, number = text.rpartition("-")
    return int(number) if head == f"{_MARK}-{member_id[:_MEMBER]}" and number.isdecimal() else None


def order_of(
    deal: WonDeal, *, mark: str, contact: int, payment: int, today: date, more: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The body of `POST /pedidos/vendas`; `contact` and `payment` are Bling's ids.

    `more` = fields that the tenant's own rules lead back to. Raises `BadDeal`.
    """
    _check(deal)
    items = _items(deal)
    freight = _extra(deal, RowKind.FREIGHT)
    expenses = _extra(deal, RowKind.EXPENSES) + _extra(deal, RowKind.ADJUSTMENT)
    products = _cents(sum((item.quantity * item.price for item in items), Decimal(0)))
    # What the rows do not say: a rounding, or an amount that somebody fixed by hand.
    rest = _cents(deal.amount) - products - freight - expenses
    planned = max(deal.closes or today, today)
    return {
        **(more or {}),
        "numeroLoja": mark,
        "data": today.isoformat(),
        "dataSaida": today.isoformat(),
        "dataPrevista": planned.isoformat(),
        "contato": {"id": contact},
        "itens": [_item(item) for item in items],
        "parcelas": [
            {
                "dataVencimento": today.isoformat(),
                "valor": _number(_cents(deal.amount)),
                "formaPagamento": {"id": payment},
            }
        ],
        "desconto": {"valor": _number(max(-rest, Decimal(0))), "unidade": "REAL"},
        "outrasDespesas": _number(expenses + max(rest, Decimal(0))),
        "transporte": {"frete": _number(freight)},
        "observacoesInternas": f"Negócio {deal.deal_id} do Bitrix24: {deal.title}"[:_REMARKS],
    }


def _check(deal: WonDeal) -> None:
    if deal.currency != "BRL":
        raise BadDeal(f"o negócio está em {deal.currency}, e o Bling só tem reais: mude a moeda do negócio")
    if _cents(deal.amount) <= 0:
        raise BadDeal("o negócio não tem valor: preencha o valor ou os produtos do negócio")


def _items(deal: WonDeal) -> Sequence[SoldRow]:
    """The rows that are goods; a deal without any is one item of its title."""
    items = [row for row in deal.rows if row.quantity > 0 and _kind_of(row) is RowKind.ITEM]
    if items:
        return items
    rest = deal.amount - sum((_extra(deal, kind) for kind in RowKind if kind is not RowKind.ITEM), Decimal(0))
    if rest <= 0:
        raise BadDeal("o negócio só tem frete ou despesas: acrescente os produtos vendidos")
    return [SoldRow(name=deal.title, quantity=Decimal(1), price=_cents(rest))]


def _kind_of(row: SoldRow) -> RowKind:
    """Freight and expenses of a deal that came from Bling are rows by name."""
    named = next((kind for kind, name in NAMES.items() if row.name.strip().lower() == name.lower()), None)
    return RowKind.ITEM if named is None or row.product_id else named


def _extra(deal: WonDeal, kind: RowKind) -> Decimal:
    return sum(
        (_cents(row.price * row.quantity) for row in deal.rows if _kind_of(row) is kind), Decimal("0.00")
    )


def _item(row: SoldRow) -> dict[str, Any]:
    item: dict[str, Any] = {
        "descricao": (row.name.strip() or row.code or "Item")[:_NAME],
        "quantidade": _number(row.quantity),
        "valor": _number(row.price),
    }
    if row.product_id:
        item["produto"] = {"id": row.product_id}
    if row.code:
        item["codigo"] = row.code
    if row.unit:
        item["unidade"] = row.unit
    return item


def _cents(value: Decimal) -> Decimal:
    return _EXACT.quantize(value, _CENT)


def _number(value: Decimal) -> int | float:
    """A JSON number: whole ones without a fraction; 8 decimals and 15 digits survive a double."""
    return int(value) if value == value.to_integral_value() else float(value)
