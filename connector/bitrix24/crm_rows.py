"""Product rows of a deal: commands, and what their answers mean (facts of Bitrix24, rows).

A price is per unit, with discount and tax already in it; a row is worth round(price × quantity, 2). Prices
keep 8 decimals, quantities 4. A negative row counts as nothing, so none is ever sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from connector.bitrix24.batch import Command
from connector.bitrix24.reading import listed

#: `ownerType` of deals.
DEAL_LETTER = "D"
#: `discountTypeId`.
ABSOLUTE, PERCENT = 1, 2


class RowParams(msgspec.Struct, frozen=True, kw_only=True):
    """A row to write; what is None or 0 is left out and the portal fills it in.

    `discount_rate` in percent goes with type `PERCENT` (100 needs `discount_sum` too), `discount_sum` per
    unit and without tax with `ABSOLUTE`. They only inform: the price has the discount already.
    """

    #: A simple product or an offer, never a parent; 0 = a row of its own name.
    product_id: int = 0
    #: Shown instead of the product's own name; a row without a product needs it.
    product_name: str = ""
    price: Decimal
    quantity: Decimal
    discount_type_id: int = 0
    discount_rate: Decimal | None = None
    discount_sum: Decimal | None = None
    measure_code: int = 0
    sort: int = 0


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row as the portal has it."""

    id: int
    product_id: int
    product_name: str
    price: Decimal
    quantity: Decimal
    discount_type_id: int
    discount_rate: Decimal
    discount_sum: Decimal
    measure_code: int
    sort: int


def set_rows(deal_id: int, wanted: Sequence[RowParams]) -> Command:
    """Replace all rows of a deal; `Gone` if it was deleted. Its answer has the new rows.

    Over `encoding.MAX_PARAMETERS` parameters the packer sends it as a direct JSON call by itself.
    """
    return Command(
        "crm.item.productrow.set",
        {"ownerType": DEAL_LETTER, "ownerId": deal_id, "productRows": [_sent(row) for row in wanted]},
    )


def list_rows(deal_id: int, start: int = 0) -> Command:
    """The rows of a deal, 50 at a time (`Done.next`); of a deleted deal none."""
    wanted = {"=ownerType": DEAL_LETTER, "=ownerId": deal_id}
    return Command("crm.item.productrow.list", {"filter": wanted, "order": {"id": "ASC"}, "start": start})


def rows(result: Any) -> list[Row]:
    """Decode the answer to `set_rows` or `list_rows`; raises `Transient` for a form that we do not know."""
    return [_row(row) for row in listed(result, "productRows")]


def _sent(row: RowParams) -> dict[str, Any]:
    fields = {
        "productId": row.product_id or None,
        "productName": row.product_name or None,
        "price": row.price,
        "quantity": row.quantity,
        "discountTypeId": row.discount_type_id or None,
        "discountRate": row.discount_rate,
        "discountSum": row.discount_sum,
        "measureCode": row.measure_code or None,
        "sort": row.sort or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _row(row: dict[str, Any]) -> Row:
    return Row(
        id=int(row["id"]),
        product_id=int(row.get("productId") or 0),
        product_name=str(row.get("productName") or ""),
        price=_decimal(row.get("price")),
        quantity=_decimal(row.get("quantity")),
        discount_type_id=int(row.get("discountTypeId") or 0),
        discount_rate=_decimal(row.get("discountRate")),
        discount_sum=_decimal(row.get("discountSum")),
        measure_code=int(row.get("measureCode") or 0),
        sort=int(row.get("sort") or 0),
    )


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)
