"""The way back: a record of Bitrix24 → what has to be written in Bling, and what Bling changed meanwhile.

A merge of three: what both sides agreed on last (the link's memory), what Bitrix24 holds now, and what Bling
holds now as it looks through the mapping. All three are texts of Bitrix24's fields, so they compare by being
equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec

from connector.domain.inverse import invert
from connector.domain.mapping import LINK_FIELD, BadField, Lens, MappingVersion, Rule, Source, Target
from connector.domain.mapping import edited as kept_edits
from connector.domain.products import Change
from connector.domain.transforms import backward

Winner = Literal["bling", "bitrix24"]


class Export(msgspec.Struct, frozen=True, kw_only=True, tag="export"):
    """Write the named fields in Bling, as Bling spells and nests them; `bling_id` None = make a record."""

    bling_id: int | None
    fields: dict[str, Any]


class Conflict(msgspec.Struct, frozen=True):
    """A field that both sides changed, each in another way."""

    field: str
    winner: Winner


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """What each side gets; texts of Bitrix24's fields."""

    #: Bitrix24's values, for Bling.
    export: Target
    #: Bling's values, for Bitrix24.
    back: Target
    conflicts: tuple[Conflict, ...]


class Way:
    """A mapping's way back, made ready: compiled once, applied to many records."""

    def __init__(self, lens: Lens) -> None:
        whole = MappingVersion(kind=lens.kind, version=lens.version, rules=lens.rules)
        self._inverse = invert(whole)
        backs = [back.rule for back in self._inverse.backs if back.rule.bitrix24 != LINK_FIELD]
        #: The rules that lead back, by Bitrix24's field.
        self.rules = {rule.bitrix24: rule for rule in backs}
        #: Bling's fields that the way back writes, their first parts.
        self.writes = frozenset(rule.bling.partition(".")[0] for rule in backs)
        #: Bitrix24's fields that lead one way only, to Bling.
        self._only = [rule for rule in backs if rule.direction == "export"]
        self._forth = Lens(
            MappingVersion(
                kind=lens.kind,
                version=lens.version,
                rules=tuple(msgspec.structs.replace(rule, direction="both") for rule in self._only),
            ),
            lens.sections,
        )
        self._keeps = lens.keeps

    def edited(self, base: Target, here: Target) -> frozenset[str]:
        """Fields that hold something else in Bitrix24 than both sides agreed on last."""
        return frozenset(name for name in self.rules if here.get(name, "") != base.get(name, ""))

    def seen(self, source: Source, target: Target) -> Target:
        """Bling's side in Bitrix24's fields: the import's target, and what only the way back writes."""
        return {**self._forth.apply(source, []), **target}

    def merge(self, base: Target, here: Target, there: Target) -> Merge:
        """Compare field by field; `there` as `seen` gives it.

        Where both sides changed a field, its rule says who wins: Bling, or (*manter edição*, or a rule that
        only leads to Bling) Bitrix24.
        """
        export: Target = {}
        back: Target = {}
        conflicts: list[Conflict] = []
        for name in sorted(self.rules.keys() | there.keys()):
            mine, theirs, old = here.get(name, ""), there.get(name, ""), base.get(name, "")
            if mine == theirs or name == LINK_FIELD:
                continue
            rule = self.rules.get(name)
            if rule is None or mine == old:
                if name in there:
                    back[name] = theirs
                continue
            if theirs == old or name not in there:
                export[name] = mine
                continue
            winner: Winner = "bitrix24" if name in self._keeps or rule.direction == "export" else "bling"
            (export if winner == "bitrix24" else back)[name] = mine if winner == "bitrix24" else theirs
            conflicts.append(Conflict(name, winner))
        one_way = kept_edits(back, here, base, self._keeps - self.rules.keys())
        return Merge(
            export=export,
            back={name: value for name, value in back.items() if name not in one_way},
            conflicts=tuple(conflicts),
        )

    def fields(self, values: Target, passed: list[BadField]) -> dict[str, Any]:
        """Bitrix24's texts as Bling's fields; what the tenant's own rules cannot take is put into `passed`.

        An empty text is left out where the rule's *vazio não altera*. Raises `BadField` for a fixed rule.
        """
        mine = {name: value for name, value in values.items() if name != LINK_FIELD}
        return self._inverse.apply(mine, passed)

    def changes(
        self, lens: Lens, merge: Merge, here: Target, there: Target, sent: Mapping[str, Any]
    ) -> list[Change]:
        """What is changed on either side, each in the names of the side that is written."""
        winners = {one.field: one.winner for one in merge.conflicts}
        exported = [
            Change(
                rule.bling,
                _spelled(rule, there.get(name)),
                _spelled(rule, value),
                rule.id,
                lens.version,
                way="conflict_bitrix24" if name in winners else "export",
            )
            for name, value in merge.export.items()
            if (rule := self.rules[name]).bling.partition(".")[0] in sent
        ]
        imported = [
            Change(
                name,
                here.get(name) or None,
                value,
                lens.rule_of(name),
                lens.version,
                way="conflict_bling" if name in winners else "",
            )
            for name, value in merge.back.items()
        ]
        return exported + imported


def _spelled(rule: Rule, text: str | None) -> str | None:
    """Bitrix24's text as Bling has it."""
    if not text:
        return None
    value = backward(rule.transform)(text)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def overlaid(source: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """A record of Bling with some of its fields written: in an object, the rest stays beside what is new.

    A list is one of custom fields, which are told apart by their ids.
    """
    whole = dict(source)
    for name, value in fields.items():
        old = whole.get(name)
        if isinstance(value, dict):
            whole[name] = overlaid(old if isinstance(old, Mapping) else {}, value)
        elif isinstance(value, list):
            whole[name] = _with_custom(old if isinstance(old, list) else [], value)
        else:
            whole[name] = value
    return whole


def to_send(source: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a PATCH carries.

    Single fields alone, objects and lists whole (that Bling merges them is not certain).
    """
    whole = overlaid(source, fields)
    return {name: whole[name] for name in fields}


def _with_custom(old: list[Any], new: list[Any]) -> list[Any]:
    written = {one["idCampoCustomizado"]: one for one in new}
    kept = [one for one in old if isinstance(one, Mapping) and one.get("idCampoCustomizado") not in written]
    return [*kept, *new]
