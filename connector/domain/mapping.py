"""Rules of a mapping and their application to a record.

The tenant's mapping is versioned; the rules that are fixed for everybody stand here, locked, on top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Literal

import msgspec

from connector.domain.events import Kind
from connector.domain.transforms import (
    Choice,
    Constant,
    Date,
    FirstImage,
    Identity,
    ListOf,
    Money,
    Section,
    Template,
    Text,
    Transform,
    YesNo,
    fields_of,
    forward,
)
from connector.domain.values import InvalidValue, at

#: Stands for the property "Bling ID", whose number differs from portal to portal and from iblock to iblock.
LINK_FIELD = "link"
PRICE_FIELD = "price"
#: Bling's field of the number that names a thing all over the world.
GTIN_FIELD = "gtin"

#: Behind a field's name in what is remembered of a record: what a person put there, and was kept.
KEPT = ".kept"

Source = Mapping[str, object]
Target = dict[str, str]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One field pair; `transform` is written Bling → Bitrix24."""

    id: str
    bling: str
    bitrix24: str
    transform: Transform
    policy: Literal["bling", "keep"] = "bling"
    locked: bool = False
    direction: Literal["both", "import", "export"] = "both"
    empty: Literal["ignore", "erase"] = "ignore"


class MappingVersion(msgspec.Struct, frozen=True, kw_only=True):
    """All rules of a kind, and what takes part."""

    kind: Kind
    version: int
    rules: tuple[Rule, ...]
    filter: dict[str, object] = {}


class BadField(ValueError):
    """A rule could not be applied to a record's value."""

    def __init__(self, rule: Rule, why: Exception) -> None:
        super().__init__(f"{rule.bling} → {rule.bitrix24}: {why}")
        self.rule = rule
        self.why = why if isinstance(why, InvalidValue) else InvalidValue(str(why))


PRODUCT_RULES = (
    Rule(id="id", bling="id", bitrix24=LINK_FIELD, transform=Identity(), locked=True),
    Rule(id="nome", bling="nome", bitrix24="name", transform=Identity(), locked=True),
    Rule(id="codigo", bling="codigo", bitrix24="xmlId", transform=Identity(), locked=True),
    Rule(id="preco", bling="preco", bitrix24=PRICE_FIELD, transform=Money(), locked=True),
    Rule(
        id="situacao", bling="situacao", bitrix24="active", transform=YesNo(true="A", false="I"), locked=True
    ),
)

#: Names us as the maker of a deal; `originId` is then the record's own key (connector.domain.deals).
ORIGINATOR = "ponte"
AMOUNT_FIELD = "opportunity"
STAGE_FIELD = "stageId"
PIPELINE_FIELD = "categoryId"


def _deal_rules(amount: str) -> tuple[Rule, ...]:
    return (
        Rule(
            id="origem",
            bling="",
            bitrix24="originatorId",
            transform=Constant(value=ORIGINATOR),
            locked=True,
            direction="import",
        ),
        Rule(id="id", bling="id", bitrix24="originId", transform=Identity(), locked=True),
        Rule(id=amount, bling=amount, bitrix24=AMOUNT_FIELD, transform=Money(negative=True), locked=True),
        Rule(
            id="moeda",
            bling="",
            bitrix24="currencyId",
            transform=Constant(value="BRL"),
            locked=True,
            direction="import",
        ),
    )


def _first_pipeline() -> Rule:
    return Rule(
        id="funil",
        bling="",
        bitrix24=PIPELINE_FIELD,
        transform=Constant(value="0"),
        direction="import",
    )


def _title(pattern: str) -> Rule:
    return Rule(id="titulo", bling="", bitrix24="title", transform=Template(text=pattern), direction="import")


#: An empty table means that the suggestions are in force (connector.domain.pipelines).
STAGE_RULE = Rule(id="etapa", bling="situacao.id", bitrix24=STAGE_FIELD, transform=Choice(table={}))

FIXED_RULES: dict[Kind, tuple[Rule, ...]] = {
    Kind.PRODUCT: PRODUCT_RULES,
    Kind.ORDER: _deal_rules("total"),
    Kind.SALE: _deal_rules("valorNota"),
}
#: Rules of one's own that a tenant starts with.
FREE_RULES: dict[Kind, tuple[Rule, ...]] = {
    Kind.ORDER: (
        _title("Pedido {numero} – {contato.nome}"),
        _first_pipeline(),
        STAGE_RULE,
        Rule(id="data", bling="data", bitrix24="begindate", transform=Date()),
        Rule(id="previsao", bling="dataPrevista", bitrix24="closedate", transform=Date()),
        Rule(id="observacoes", bling="observacoes", bitrix24="comments", transform=Text()),
    ),
    Kind.SALE: (
        _title("Venda {numero} – {contato.nome}"),
        _first_pipeline(),
        Rule(id="emissao", bling="dataEmissao", bitrix24="begindate", transform=Date()),
    ),
}


def default(kind: Kind) -> MappingVersion:
    """The mapping of a tenant who never saved one."""
    rules = FIXED_RULES.get(kind, ()) + FREE_RULES.get(kind, ())
    return MappingVersion(kind=kind, version=1, rules=rules)


class Lens:
    """A mapping made ready to look through: compiled once, applied to many records."""

    def __init__(self, mapping: MappingVersion, sections: dict[str, str] | None = None) -> None:
        """`sections`: Bling's categories and their sections; what is put there later counts, too."""
        self.sections = {} if sections is None else sections
        mapping = bound(mapping, self.sections)
        self.kind = mapping.kind
        self.version = mapping.version
        self.rules = mapping.rules
        self.filter = mapping.filter
        self._imports = tuple(
            (rule, rule.bitrix24, _read(rule), forward(rule.transform))
            for rule in mapping.rules
            if rule.direction != "export"
        )
        #: Bling's fields that the import direction reads, their first parts.
        self.reads = frozenset(
            path.partition(".")[0] for rule, *_ in self._imports for path in paths_of(rule)
        )
        #: Bitrix24's fields in which an edit by hand is kept.
        self.keeps = frozenset(rule.bitrix24 for rule, *_ in self._imports if rule.policy == "keep")
        #: Bitrix24's fields that the tenant's own rules write.
        self.free = frozenset(rule.bitrix24 for rule, *_ in self._imports if not rule.locked)
        #: Properties of Bitrix24 that hold the GTIN as it is: a product may be found by it.
        self.gtins = sorted(
            rule.bitrix24
            for rule, *_ in self._imports
            if rule.bling == GTIN_FIELD
            and isinstance(rule.transform, Identity)
            and rule.bitrix24.startswith("property")
        )
        #: Bitrix24's fields with several values, which a target holds as JSON.
        self.lists = frozenset(
            rule.bitrix24 for rule, *_ in self._imports if isinstance(rule.transform, ListOf)
        )
        #: Bitrix24's fields that hold pictures; a target has their addresses.
        self.pictures = frozenset(
            rule.bitrix24 for rule, *_ in self._imports if isinstance(rule.transform, FirstImage)
        )
        #: The rule that puts products into sections, if there is one.
        self.section_rule = next(
            (rule for rule, *_ in self._imports if isinstance(rule.transform, Section)), None
        )
        self._rule_ids = {name: rule.id for rule, name, _, _ in self._imports}
        self._rules = {name: rule for rule, name, _, _ in self._imports}

    def apply(self, source: Source, passed: list[BadField] | None = None) -> Target:
        """Bling's fields → the texts that Bitrix24 should hold; raises `BadField`.

        A value that is absent or empty is left out (`empty: ignore`) or becomes `""` (`empty: erase`). With
        `passed`, a rule of the tenant's own that cannot be applied is put there and its field left out; a
        fixed one still fails the record.
        """
        target: Target = {}
        for rule, name, read, convert in self._imports:
            value = read(source)
            try:
                text = "" if value is None or value == "" else convert(value)
            except InvalidValue as error:
                bad = BadField(rule, error)
                if passed is None or rule.locked:
                    raise bad from None
                passed.append(bad)
                continue
            if text or rule.empty == "erase":
                target[name] = text
        return target

    def rule_for(self, field: str) -> Rule | None:
        """The rule that writes Bitrix24's `field`."""
        return self._rules.get(field)

    def rule_of(self, field: str) -> str:
        """The id of the rule that writes Bitrix24's `field`; empty when none does."""
        return self._rule_ids.get(field, "")


def bound(mapping: MappingVersion, sections: dict[str, str]) -> MappingVersion:
    """The mapping with the table that its `section` rules need: categories and sections of this tenant's."""
    if not any(isinstance(rule.transform, Section) for rule in mapping.rules):
        return mapping
    rules = tuple(
        msgspec.structs.replace(rule, transform=Section(table=sections))
        if isinstance(rule.transform, Section)
        else rule
        for rule in mapping.rules
    )
    return msgspec.structs.replace(mapping, rules=rules)


def edited(target: Target, present: Target, memory: Target, keeps: Iterable[str]) -> frozenset[str]:
    """Fields that somebody edited in Bitrix24 and that the tenant wants kept.

    What was never written by us and is not empty there is somebody's work, too.
    """
    return frozenset(
        name
        for name in keeps
        if name in target
        and present.get(name, "") != memory.get(name, "")
        and present.get(name, "") != target[name]
    )


def remembered(written: Target, memory: Target, kept: Mapping[str, str] | None) -> Target:
    """What a record's link remembers after a sync: what we wrote last, where we did not write, too.

    `kept` = fields that a person edited with what they hold; None = nobody looked, so what was known stays.
    """
    if kept is None:
        kept = kept_in(memory)
    found = {name: text for name, text in written.items() if name not in kept and not name.endswith(KEPT)}
    before = {name: memory[name] for name in kept if name in memory}
    return {**found, **before, **{name + KEPT: text for name, text in kept.items()}}


def kept_in(memory: Target) -> Target:
    """Fields that hold what a person put there, as it was seen last."""
    return {name.removesuffix(KEPT): text for name, text in memory.items() if name.endswith(KEPT)}


def _read(rule: Rule) -> Callable[[Source], object]:
    """What the rule's transform takes: a value, the whole record, or nothing in particular."""
    path = rule.bling
    match rule.transform:
        case Template():
            return lambda source: source
        case Constant():
            return lambda _source: rule
        case _ if "." in path:
            return lambda source: at(source, path)
        case _:
            return lambda source: source.get(path)


def paths_of(rule: Rule) -> list[str]:
    """The paths of Bling's fields that a rule reads; none for a constant."""
    match rule.transform:
        case Template(text=pattern):
            return fields_of(pattern)
        case Constant():
            return []
        case _:
            return [rule.bling] if rule.bling else []


def fingerprint(target: Target) -> bytes:
    """A hash of the target values, the same for the same values in any order."""
    return blake2b(msgspec.json.encode(sorted(target.items())), digest_size=16).digest()
