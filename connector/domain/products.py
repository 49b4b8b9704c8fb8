"""A product of Bling → what has to be written in Bitrix24, as pure data.

The one planner: live sync, replay, dry run, import and reconciliation differ only in where the records
come from and in whether the plan is carried out.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

import msgspec

from connector.domain.events import Reason
from connector.domain.fields import PortalFields
from connector.domain.mapping import PRICE_FIELD, BadField, Lens, Source, Target
from connector.domain.transforms import Section
from connector.domain.values import InvalidValue, at, day_or_moment, number, plain

#: Bitrix24's fields that hold numbers.
NUMBERS = frozenset(
    {"weight", "width", "height", "length", "measure", "iblockSectionId", "purchasingPrice", "vatId"}
)
#: Those that hold moments.
MOMENTS = frozenset({"dateActiveFrom", "dateActiveTo"})
#: Digits of EAN-8, UPC-A, EAN-13 and GTIN-14.
_GTIN_LENGTHS = frozenset({8, 12, 13, 14})
#: What lives on variations and not on their parent (facts of Bitrix24, catalogue).
_OFFERS_ALONE = (PRICE_FIELD, "measure", "purchasingPrice")
#: What a message about a product carries (facts of Bling, webhooks).
MESSAGE_FIELDS = frozenset(
    {
        *("id", "nome", "codigo", "tipo", "situacao", "preco", "unidade", "formato", "idProdutoPai"),
        *("categoria", "descricaoCurta", "descricaoComplementar"),
    }
)
#: What a row of Bling's list of products carries: 100 records a call.
LIST_FIELDS = frozenset(
    {
        *("id", "idProdutoPai", "nome", "codigo", "preco", "tipo", "situacao", "formato"),
        *("descricaoCurta", "imagemURL"),
    }
)


#: Those that a filter looks at.
FILTERED_FIELDS = ("categoria", "tipo", "situacao")


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which products take part; an empty set lets all pass."""

    categoria: frozenset[int] = frozenset()
    tipo: frozenset[str] = frozenset()
    situacao: frozenset[str] = frozenset()
    #: Companies of Bling, by their ids: no field of a product says whose it is.
    conta: frozenset[str] = frozenset()

    def leaves_out(self, company_id: str) -> bool:
        """Whether no product of this company takes part."""
        return bool(self.conta) and company_id not in self.conta


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


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field that a write changes, named as the side that is written does (`export` = Bling)."""

    field: str
    before: str | None
    after: str | None
    rule: str
    version: int
    #: `conflict_…` = both sides had changed it, and who won.
    way: Literal["", "export", "conflict_bling", "conflict_bitrix24"] = ""


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


def wanted(
    lens: Lens, source: Source, shape: Shape, fields: PortalFields | None = None
) -> tuple[Target, list[BadField]]:
    """The texts that Bitrix24 should hold, and the tenant's own rules that had to be passed over.

    A parent has no price and no unit there, and a variation other properties than a product; `fields` = those
    that the portal has, None while they are not known. Raises `BadField` for a fixed rule.
    """
    passed: list[BadField] = []
    target = lens.apply(source, passed)
    if shape is Shape.SKU:
        for name in _OFFERS_ALONE:
            target.pop(name, None)
    section = lens.section_rule.bitrix24 if lens.section_rule is not None else ""
    for name in lens.free & target.keys():
        if not _has_place(name, shape, fields, several=name in lens.lists) or (
            name == section and shape is Shape.OFFER
        ):
            del target[name]
        elif name in NUMBERS and name != section and (text := target[name]):
            _tidy(lens, target, name, text, passed)
        elif name in MOMENTS:
            target[name] = day_or_moment(target[name])
    if shape is Shape.OFFER and section:
        # A variation stands where its parent does: that it has no section of its own is no problem.
        passed = [bad for bad in passed if not isinstance(bad.rule.transform, Section)]
    return target, passed


def is_filtered(source: Source, chosen: Filter) -> bool:
    """Whether the tenant's filter leaves the product out."""
    wanted = (
        (chosen.categoria, at(source, "categoria.id")),
        (chosen.tipo, source.get("tipo")),
        (chosen.situacao, source.get("situacao")),
    )
    return any(allowed and value not in allowed for allowed, value in wanted)


def needed(lens: Lens, chosen: Filter) -> frozenset[str]:
    """Bling's fields that planning reads, for the rules and for the filter; first parts of their paths."""
    return lens.reads | {name for name in FILTERED_FIELDS if getattr(chosen, name)}


def without(plan: Plan, kept: frozenset[str]) -> Plan:
    """A plan that leaves some fields as they are."""
    if not isinstance(plan, Update) or not kept:
        return plan
    fields = {name: value for name, value in plan.fields.items() if name not in kept}
    price = None if PRICE_FIELD in kept else plan.price
    if not fields and price is None:
        return Unchanged()
    return msgspec.structs.replace(plan, fields=fields, price=price)


def _has_place(name: str, shape: Shape, fields: PortalFields | None, *, several: bool) -> bool:
    """Whether the portal has such a field, for several values or for one as the rule makes them."""
    if fields is None:
        return shape is not Shape.OFFER or not name.startswith("property")
    there = fields.offer if shape is Shape.OFFER else fields.product
    return any(one.name == name and not one.read_only and one.multiple is several for one in there)


def _tidy(lens: Lens, target: Target, name: str, text: str, passed: list[BadField]) -> None:
    """Numbers have one spelling, so that they can be compared."""
    try:
        target[name] = plain(number(text))
    except InvalidValue as error:
        del target[name]
        rule = lens.rule_for(name)
        if rule is not None:
            passed.append(BadField(rule, error))


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
    by_gtin: Sequence[Present] = (),
) -> tuple[Plan, Present | None]:
    """For a record without a link: take over the one that is ours or carries the SKU, else create.

    The GTIN counts where nothing carries the SKU: it may stand on a product that was entered without one.

    Gives the record that was taken over beside the plan.
    """
    if by_link:
        oldest = min(by_link, key=lambda one: one.id)
        return plan_present(target, shape, oldest, allowed), oldest
    same = by_sku or by_gtin
    if allowed.adopt and same:
        free = [one for one in same if not one.link and one.shape is shape]
        if len(free) == 1:
            return plan_present(target, shape, free[0], allowed), free[0]
        what = "mesmo código" if by_sku else "mesmo GTIN"
        return Hold(Reason.AMBIGUOUS, f"{what} nos produtos {_some(same)}"), None
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


def is_gtin(text: str) -> bool:
    """Whether it names one thing in the world; "SEM GTIN" (NF-e's word for none) does not."""
    return text.isascii() and text.isdecimal() and len(text) in _GTIN_LENGTHS and text.strip("0") != ""


def _some(found: Sequence[Present]) -> str:
    return ", ".join(str(one.id) for one in found[:5])
