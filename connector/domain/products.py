"""A product of Bling → what has to be written in Bitrix24, as pure data.

The one planner: live sync, replay, dry run, import and reconciliation differ only in where the records
come from and in whether the plan is carried out.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from connector.domain.events import Reason
from connector.domain.mapping import PRICE_FIELD, Lens, Source, Target


class Shape(StrEnum):
    """Bitrix24's kinds of catalogue products that Bling's map to."""

    SIMPLE = "simple"
    #: A parent with variations: no price of its own.
    SKU = "sku"
    #: A variation, below a sku.
    OFFER = "offer"


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """A record as Bitrix24 has it now; `values` are canonical texts of the mapping's target fields."""

    id: int
    shape: Shape
    values: Target
    price_id: int | None = None
    #: Bling id in the link property, "" when none.
    link: str = ""


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """What the link remembers of a record that was written before."""

    bitrix_id: int
    shape: Shape
    written: Target
    fingerprint: bytes | None = None
    price_id: int | None = None


class Allowed(msgspec.Struct, frozen=True):
    """Which writes the tenant has ticked."""

    create: bool = False
    update: bool = False
    delete: bool = False
    #: May a record that carries the same SKU and no link be taken over?
    adopt: bool = True


class Change(msgspec.Struct, frozen=True):
    """One field that a write changes, in Bitrix24's names."""

    field: str
    before: str | None
    after: str | None
    rule: str
    version: int


class Create(msgspec.Struct, frozen=True, kw_only=True, tag="create"):
    """Make a record; an offer is made below `parent` (Bitrix24's id of the sku)."""

    shape: Shape
    fields: Target
    price: str | None
    parent: int | None = None
    #: A record of another shape that this one takes the place of: it is deactivated.
    replaces: int | None = None


class Update(msgspec.Struct, frozen=True, kw_only=True, tag="update"):
    """Write the named fields, and the price when it is given; nothing else is touched."""

    bitrix_id: int
    shape: Shape
    fields: Target
    price: str | None
    price_id: int | None = None


class Unchanged(msgspec.Struct, frozen=True, tag="unchanged"):
    """Both sides agree already."""


class Skip(msgspec.Struct, frozen=True, tag="skip"):
    """The tenant does not want this write."""

    reason: Reason


class Hold(msgspec.Struct, frozen=True, tag="hold"):
    """A person has to decide."""

    reason: Reason
    detail: str = ""


Plan = Create | Update | Unchanged | Skip | Hold


def shape_of(source: Source) -> Shape:
    """The shape in which a product of Bling lives in Bitrix24."""
    if source.get("formato") == "V":
        return Shape.SKU
    return Shape.OFFER if parent_of(source) else Shape.SIMPLE


def parent_of(source: Source) -> int:
    """Bling id of the parent, 0 for none; 0, null and absent all mean none."""
    parent = source.get("idProdutoPai")
    if parent is None and isinstance(variation := source.get("variacao"), dict):
        inner = variation.get("produtoPai")
        parent = inner.get("id") if isinstance(inner, dict) else None
    return parent if isinstance(parent, int) else 0


def is_excluded(source: Source) -> bool:
    """ "Excluído" in Bling's screens: the record is in its bin."""
    return source.get("situacao") == "E"


def wanted(lens: Lens, source: Source, shape: Shape) -> Target:
    """The texts that Bitrix24 should hold; a parent has no price there. Raises `BadField`."""
    target = lens.apply(source)
    if shape is Shape.SKU:
        target.pop(PRICE_FIELD, None)
    return target


def plan_linked(target: Target, shape: Shape, link: Linked, allowed: Allowed) -> Plan:
    """For a record that was written before, trusting what we remember of it."""
    if shape is not link.shape:
        return _replace(target, shape, link.bitrix_id, allowed)
    return _difference(target, link.written, link.bitrix_id, shape, link.price_id, allowed)


def plan_present(target: Target, shape: Shape, present: Present, allowed: Allowed) -> Plan:
    """For a record that was found in Bitrix24 just now."""
    if shape is not present.shape:
        return _replace(target, shape, present.id, allowed)
    return _difference(target, present.values, present.id, shape, present.price_id, allowed)


def plan_unlinked(
    target: Target,
    shape: Shape,
    by_link: Sequence[Present],
    by_sku: Sequence[Present],
    allowed: Allowed,
    parent: int | None = None,
) -> tuple[Plan, Present | None]:
    """For a record without a link: take over the one that is ours or carries the SKU, else create.

    Gives the record that was taken over beside the plan.
    """
    if by_link:
        oldest = min(by_link, key=lambda one: one.id)
        return plan_present(target, shape, oldest, allowed), oldest
    if allowed.adopt and by_sku:
        free = [one for one in by_sku if not one.link and one.shape is shape]
        if len(free) == 1:
            return plan_present(target, shape, free[0], allowed), free[0]
        return Hold(Reason.AMBIGUOUS, _same_sku(by_sku)), None
    if not allowed.create:
        return Skip(Reason.CREATE_OFF), None
    return _create(target, shape, parent), None


def plan_removal(link: Linked | None, allowed: Allowed) -> Plan:
    """For a record that is gone or excluded in Bling: deactivate it, if the tenant ticked that."""
    if link is None:
        return Skip(Reason.NOT_LINKED)
    if not allowed.delete:
        return Skip(Reason.TOGGLE_OFF)
    if link.written.get("active") == "N":
        return Unchanged()
    return Update(bitrix_id=link.bitrix_id, shape=link.shape, fields={"active": "N"}, price=None)


def changes(lens: Lens, plan: Plan, before: Target) -> list[Change]:
    """What a plan changes, field by field."""
    match plan:
        case Create(fields=fields, price=price) | Update(fields=fields, price=price):
            after = fields if price is None else {**fields, PRICE_FIELD: price}
            return [
                Change(name, before.get(name), value, lens.rule_of(name), lens.version)
                for name, value in after.items()
                if before.get(name) != value
            ]
        case _:
            return []


def _create(target: Target, shape: Shape, parent: int | None, replaces: int | None = None) -> Create:
    fields = {name: value for name, value in target.items() if name != PRICE_FIELD}
    return Create(shape=shape, fields=fields, price=target.get(PRICE_FIELD), parent=parent, replaces=replaces)


def _replace(target: Target, shape: Shape, bitrix_id: int, allowed: Allowed) -> Plan:
    """There is no conversion between shapes in Bitrix24: a new record, and the old one deactivated."""
    if not allowed.update:
        return Skip(Reason.TOGGLE_OFF)
    return _create(target, shape, None, bitrix_id)


def _difference(
    target: Target, before: Target, bitrix_id: int, shape: Shape, price_id: int | None, allowed: Allowed
) -> Plan:
    differing = {name: value for name, value in target.items() if before.get(name) != value}
    if not differing:
        return Unchanged()
    if not allowed.update:
        return Skip(Reason.TOGGLE_OFF)
    price = differing.pop(PRICE_FIELD, None)
    return Update(bitrix_id=bitrix_id, shape=shape, fields=differing, price=price, price_id=price_id)


def _same_sku(by_sku: Sequence[Present]) -> str:
    return "mesmo código nos produtos " + ", ".join(str(one.id) for one in by_sku[:5])
