"""Made-up ids that are the same at every start."""

from __future__ import annotations

from hashlib import sha256

FIRST_ID = 16_842_381_000
COMPANY_STRIDE = 1_000_000_000


def company_id(seed: str) -> str:
    """32 hex digits, as `GET /empresas/me/dados-basicos` gives them."""
    return sha256(f"bling company {seed}".encode()).hexdigest()[:32]


class Ids:
    """Ids of 11 digits, counting up; each company has a stretch of its own."""

    def __init__(self, company_index: int) -> None:
        self._next = FIRST_ID + company_index * COMPANY_STRIDE

    def take(self) -> int:
        """The next id."""
        self._next += 1
        return self._next
