"""The way back: which rules lead from Bitrix24 to Bling, derived from how they lead there.

Laws (tests/unit/test_domain_inverse.py): what comes back and goes forth again is the same, byte for byte;
inverting twice gives the two-way rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from connector.domain.events import Kind
from connector.domain.mapping import BadField, MappingVersion, Rule, Target
from connector.domain.transforms import backward, why_one_way
from connector.domain.values import InvalidValue

#: Texts of `Refused.why` beside those of a transform.
IMPORT_ONLY = "a regra vale só do Bling para o Bitrix24"
SECOND = "outra regra já leva este campo de volta ao Bling"


class Back(msgspec.Struct, frozen=True):
    """A rule read the other way: Bitrix24's field gives Bling's."""

    rule: Rule


class Refused(msgspec.Struct, frozen=True):
    """A rule that nothing leads back from, and why, in people's words."""

    rule: Rule
    why: str


class Inverse(msgspec.Struct, frozen=True, kw_only=True):
    """The export side of a mapping."""

    kind: Kind
    version: int
    backs: tuple[Back, ...]
    refused: tuple[Refused, ...]

    def apply(self, target: Mapping[str, str], passed: list[BadField] | None = None) -> dict[str, Any]:
        """What Bitrix24 holds → Bling's fields, nested as Bling nests them; raises `BadField`.

        A field that is not there is left out, an empty one comes back empty where the rule erases. With
        `passed`, a rule of the tenant's own that cannot be applied is put there and its field left out.
        """
        source: dict[str, Any] = {}
        for back in self.backs:
            rule = back.rule
            text = target.get(rule.bitrix24)
            if text is None or (text == "" and rule.empty == "ignore"):
                continue
            try:
                _put(source, rule.bling, backward(rule.transform)(text) if text else "")
            except (InvalidValue, ValueError, ArithmeticError) as error:
                bad = BadField(rule, error)
                if passed is None or rule.locked:
                    raise bad from None
                passed.append(bad)
        return source


def invert(mapping: MappingVersion) -> Inverse:
    """The export side; rule by rule, what cannot be inverted says why."""
    backs: list[Back] = []
    refused: list[Refused] = []
    leads = leading(mapping.rules)
    for rule in mapping.rules:
        why = why_not(rule)
        if why is None and leads[rule.bling] is not rule:
            why = SECOND
        if why is None:
            backs.append(Back(rule))
        else:
            refused.append(Refused(rule, why))
    return Inverse(kind=mapping.kind, version=mapping.version, backs=tuple(backs), refused=tuple(refused))


def inverted(inverse: Inverse) -> MappingVersion:
    """The mapping of the two-way rules: the inverse's own inverse."""
    rules = tuple(back.rule for back in inverse.backs)
    return MappingVersion(kind=inverse.kind, version=inverse.version, rules=rules)


def leading(rules: Iterable[Rule]) -> dict[str, Rule]:
    """The rule that leads back to each of Bling's fields: fixed, else leading there alone, else the first."""
    found: dict[str, Rule] = {}
    for rule in sorted(rules, key=lambda one: (not one.locked, one.direction != "export")):
        if why_not(rule) is None:
            found.setdefault(rule.bling, rule)
    return found


def why_not(rule: Rule) -> str | None:
    """Why the rule has no way back; None when it has one."""
    return IMPORT_ONLY if rule.direction == "import" else why_one_way(rule.transform)


def _put(source: dict[str, Any], path: str, value: object) -> None:
    """Put a value at a dotted path; a custom field takes its place in the list of them."""
    *outer, last = path.split(".")
    if len(outer) == 1 and last.isdecimal():
        fields = source.setdefault(outer[0], [])
        fields.append({"idCampoCustomizado": int(last), "valor": value})
        return
    for name in outer:
        source = source.setdefault(name, {})
    source[last] = value


def there_and_back(target: Target, inverse: Inverse) -> Target:
    """The part of a target that the way back can tell, and the way forth has to give again."""
    names = {back.rule.bitrix24 for back in inverse.backs}
    return {name: value for name, value in target.items() if name in names}
