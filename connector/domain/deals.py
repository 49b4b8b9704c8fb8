"""What has to be written of a deal, as pure data: orders and sales of Bling share it.

A target holds the deal's fields as canonical texts. Two kinds of entries are no fields of Bitrix24's:
`productRows`, the rows as JSON, and names that begin with `@`, which only the link remembers.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from connector.domain.events import Reason
from connector.domain.mapping import AMOUNT_FIELD, PIPELINE_FIELD, STAGE_FIELD, Lens, Target
from connector.domain.money import Row, RowKind, row_total
from connector.domain.products import Change, Hold, Skip, Unchanged

ROWS_FIELD = "productRows"
#: Y: Bitrix24 leaves the amount alone; N: it is what the rows add up to.
MANUAL_FIELD = "isManualOpportunity"
ORIGIN_FIELD = "originId"
CONTACT_FIELD, COMPANY_FIELD = "contactId", "companyId"
#: The situation that the stage was chosen for.
SITUATION = "@situation"
#: And that situation's `valor`.
VALOR = "@valor"
#: What the rules of these fields are called, which no mapping has.
_RULES = {ROWS_FIELD: "itens", CONTACT_FIELD: "contato", COMPANY_FIELD: "contato", MANUAL_FIELD: "total"}


class DealRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a deal; numbers as decimal texts."""

    name: str
    #: Bitrix24's id of the product, 0 for a row by name.
    product: int = 0
    quantity: str
    #: Reais per unit, discounts taken off.
    price: str
    #: Percent, "" for none.
    discount: str = ""
    #: Bling's unit.
    unit: str = ""


class Allowed(msgspec.Struct, frozen=True):
    """Which writes the tenant has ticked."""

    create: bool = False
    update: bool = False


class CreateDeal(msgspec.Struct, frozen=True, kw_only=True, tag="create"):
    """Make a deal; `fields` with its amount when it goes without rows."""

    fields: Target
    rows: tuple[DealRow, ...] = ()


class UpdateDeal(msgspec.Struct, frozen=True, kw_only=True, tag="update"):
    """Write the named fields, the rows when they are given, and a comment on the timeline."""

    bitrix_id: int
    fields: Target
    rows: tuple[DealRow, ...] | None = None
    comment: str = ""


DealPlan = CreateDeal | UpdateDeal | Unchanged | Skip | Hold


def rows_text(rows: Sequence[DealRow]) -> str:
    """Rows as a target's value."""
    return msgspec.json.encode(rows).decode()


def rows_of_text(text: str) -> tuple[DealRow, ...]:
    """And back; nothing for no text."""
    return msgspec.json.decode(text, type=tuple[DealRow, ...]) if text else ()


def deal_row(row: Row, product: int) -> DealRow:
    """A row with its product of Bitrix24."""
    return DealRow(
        name=row.name,
        product=product,
        quantity=f"{row.quantity:f}",
        price=f"{row.price:f}",
        discount="" if row.discount_rate is None else f"{row.discount_rate:f}",
        unit=row.unit,
    )


def amount_of(rows: Sequence[DealRow]) -> Decimal:
    """What Bitrix24 counts for these rows, in reais."""
    found = (
        Row(kind=RowKind.ITEM, name=row.name, quantity=Decimal(row.quantity), price=Decimal(row.price))
        for row in rows
    )
    return sum(map(row_total, found), Decimal("0.00"))


def with_rows(target: Target, rows: Sequence[DealRow]) -> Target:
    """A target whose amount is that of its rows; without any, its amount is kept by hand."""
    return {**target, MANUAL_FIELD: "N" if rows else "Y", ROWS_FIELD: rows_text(rows)}


def without_former(target: Target, memory: Target) -> Target:
    """A target that takes away the person whom Ponte wrote before, where a firm follows, or the other way."""
    pairs = ((CONTACT_FIELD, COMPANY_FIELD), (COMPANY_FIELD, CONTACT_FIELD))
    left = {old for old, new in pairs if memory.get(old) and old not in target and new in target}
    return {**target, **dict.fromkeys(left, "")}


def plan_new(target: Target, allowed: Allowed) -> DealPlan:
    """For a record that has no deal."""
    if not allowed.create:
        return Skip(Reason.CREATE_OFF)
    return CreateDeal(fields=_sent(target, target), rows=rows_of_text(target.get(ROWS_FIELD, "")))


def plan_known(target: Target, before: Target, memory: Target, bitrix_id: int, allowed: Allowed) -> DealPlan:
    """For a record with a deal.

    `before` is what the deal holds (remembered or just read), `memory` what was written last: a stage that
    was moved by hand stays until the situation changes, and then it is written whatever it was.
    """
    differing = {
        name: value for name, value in target.items() if name[0] != "@" and before.get(name) != value
    }
    # A deal never changes its pipeline by itself: whoever moved it there had a reason.
    differing.pop(PIPELINE_FIELD, None)
    if STAGE_FIELD in target and SITUATION in memory:
        differing.pop(STAGE_FIELD, None)
        if memory[SITUATION] != target.get(SITUATION):
            differing[STAGE_FIELD] = target[STAGE_FIELD]
    rows = rows_of_text(differing[ROWS_FIELD]) if ROWS_FIELD in differing else None
    fields = _sent(differing, target)
    if not fields and rows is None:
        return Unchanged()
    if not allowed.update:
        return Skip(Reason.TOGGLE_OFF)
    return UpdateDeal(bitrix_id=bitrix_id, fields=fields, rows=rows)


def changes(lens: Lens, plan: DealPlan, before: Target) -> list[Change]:
    """What a plan changes, field by field."""
    if not isinstance(plan, CreateDeal | UpdateDeal):
        return []
    after = dict(plan.fields)
    if plan.rows is not None:
        after[ROWS_FIELD] = rows_text(plan.rows)
        if plan.rows:
            after[AMOUNT_FIELD] = str(amount_of(plan.rows))
    return [
        Change(name, before.get(name), value, lens.rule_of(name) or _RULES.get(name, ""), lens.version)
        for name, value in after.items()
        if before.get(name) != value
    ]


def _sent(fields: Target, target: Target) -> Target:
    """The fields that go out: Bitrix24 reckons the amount of a deal with rows itself."""
    own = target.get(MANUAL_FIELD) == "Y"
    return {
        name: value
        for name, value in fields.items()
        if name[0] != "@" and name != ROWS_FIELD and (own or name != AMOUNT_FIELD)
    }
