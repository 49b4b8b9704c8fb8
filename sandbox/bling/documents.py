"""Made-up CPFs and CNPJs whose check digits are right."""

from __future__ import annotations

from random import Random

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def cpf(chance: Random) -> str:
    """Eleven digits, never all the same."""
    digits = f"{chance.randrange(1, 999_999_998):09d}"
    for weights in (range(10, 1, -1), range(11, 1, -1)):
        digits += _check(digits, weights)
    return digits


def cnpj(chance: Random, *, letters: bool) -> str:
    """Fourteen characters; since July 2026 the first twelve may be letters."""
    root = f"{chance.randrange(1, 99_999_999):08d}"
    if letters:
        root = root[:2] + "".join(chance.choice(_LETTERS) for _ in range(3)) + root[5:]
    document = f"{root}0001"
    for first in (5, 6):
        weights = [*range(first, 1, -1), *range(9, 1, -1)]
        document += _check(document, weights)
    return document


def _check(text: str, weights: range | list[int]) -> str:
    """Modulo 11; a letter counts as its code less that of the digit 0."""
    rest = sum((ord(char) - 48) * weight for char, weight in zip(text, weights, strict=True)) % 11
    return "0" if rest < 2 else str(11 - rest)
