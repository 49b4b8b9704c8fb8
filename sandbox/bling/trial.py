"""One app's way through the homologation (facts §6)."""

from __future__ import annotations

import secrets

from sandbox.bling.bodies import Body
from sandbox.bling.errors import BlingError, field, invalid
from sandbox.bling.ids import FIRST_ID

STEP_S = 2.0
WHOLE_S = 10.0
PRODUCT: Body = {"nome": "Copo do Bling", "preco": 32.56, "codigo": "COD-4587"}
STEPS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Trial:
    """One app's way through the steps, on the real clock. It starts anew with every first GET."""

    def __init__(self) -> None:
        self._done = 0
        self._hash = ""
        self._started = 0.0
        self._last = 0.0
        self.product_id = FIRST_ID - 1

    def begin(self, now: float) -> str:
        """The first step: the hash that the next request must carry."""
        self._started = now
        return self._pass(1, now)

    def advance(self, step: str, sent_hash: str, now: float) -> str:
        """A later step; BlingError 400 if it comes out of order, too late or without the hash."""
        if STEPS.index(step) != self._done or not secrets.compare_digest(sent_hash, self._hash):
            raise refused("A etapa da homologação não é válida.")
        if now - self._last > STEP_S or now - self._started > WHOLE_S:
            self._done = 0
            raise refused("O tempo da homologação foi excedido.")
        return self._pass(self._done + 1, now)

    def _pass(self, done: int, now: float) -> str:
        self._done, self._last, self._hash = done, now, secrets.token_hex(16)
        return self._hash


def refused(text: str) -> BlingError:
    """A step that does not count."""
    return invalid([field(70, text, "", "HOMOLOGACAO")])
