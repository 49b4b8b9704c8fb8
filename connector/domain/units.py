"""Units of weight and of length, and how many of one make another."""

from __future__ import annotations

from fractions import Fraction

#: Grams and millimetres in each.
_WEIGHTS = {"mg": Fraction(1, 1000), "g": Fraction(1), "kg": Fraction(1000), "t": Fraction(1_000_000)}
_LENGTHS = {"mm": Fraction(1), "cm": Fraction(10), "m": Fraction(1000)}
FAMILIES = (_WEIGHTS, _LENGTHS)
UNITS = frozenset(name for family in FAMILIES for name in family)


def factor(source: str, target: str) -> Fraction | None:
    """How many `target` one `source` is; None for units that do not measure the same."""
    for family in FAMILIES:
        if source in family and target in family:
            return family[source] / family[target]
    return None
