"""Rules of a mapping and their application to a record.

The tenant's mapping is versioned; the rules that are fixed for everybody stand here, locked, on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Literal

import msgspec

from connector.domain.events import Kind
from connector.domain.transforms import Identity, InvalidValue, Money, Transform, YesNo, forward

#: Stands for the property "Bling ID", whose number differs from portal to portal and from iblock to iblock.
LINK_FIELD = "link"
PRICE_FIELD = "price"

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

    def __init__(self, rule: Rule, text: str) -> None:
        super().__init__(f"{rule.bling} → {rule.bitrix24}: {text}")
        self.rule = rule


PRODUCT_RULES = (
    Rule(id="id", bling="id", bitrix24=LINK_FIELD, transform=Identity(), locked=True),
    Rule(id="nome", bling="nome", bitrix24="name", transform=Identity(), locked=True),
    Rule(id="codigo", bling="codigo", bitrix24="xmlId", transform=Identity(), locked=True),
    Rule(id="preco", bling="preco", bitrix24=PRICE_FIELD, transform=Money(), locked=True),
    Rule(
        id="situacao", bling="situacao", bitrix24="active", transform=YesNo(true="A", false="I"), locked=True
    ),
)

FIXED_RULES: dict[Kind, tuple[Rule, ...]] = {Kind.PRODUCT: PRODUCT_RULES}


def default(kind: Kind) -> MappingVersion:
    """The mapping of a tenant who never saved one."""
    return MappingVersion(kind=kind, version=1, rules=FIXED_RULES.get(kind, ()))


class Lens:
    """A mapping made ready to look through: compiled once, applied to many records."""

    def __init__(self, mapping: MappingVersion) -> None:
        self.kind = mapping.kind
        self.version = mapping.version
        self.rules = mapping.rules
        self._imports = tuple(
            (rule, rule.bling, rule.bitrix24, forward(rule.transform))
            for rule in mapping.rules
            if rule.direction != "export"
        )
        #: Bling's fields that the import direction reads.
        self.reads = frozenset(field for _, field, _, _ in self._imports)
        self._rule_ids = {name: rule.id for rule, _, name, _ in self._imports}

    def apply(self, source: Source) -> Target:
        """Bling's fields → the texts that Bitrix24 should hold; raises `BadField`.

        A value that is absent or empty is left out (`empty: ignore`) or becomes `""` (`empty: erase`).
        """
        target: Target = {}
        for rule, field, name, convert in self._imports:
            value = source.get(field)
            if value is None or value == "":
                if rule.empty == "erase":
                    target[name] = ""
                continue
            try:
                target[name] = convert(value)
            except InvalidValue as error:
                raise BadField(rule, str(error)) from None
        return target

    def rule_of(self, field: str) -> str:
        """The id of the rule that writes Bitrix24's `field`; empty when none does."""
        return self._rule_ids.get(field, "")


def fingerprint(target: Target) -> bytes:
    """A hash of the target values, the same for the same values in any order."""
    return blake2b(msgspec.json.encode(sorted(target.items())), digest_size=16).digest()
