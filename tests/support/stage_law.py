"""Which stages a deal may stand in, after people have moved it and its order has changed its situation.

The stage follows the situation; one that somebody moved by hand stays until the situation changes. Where both
happened since Ponte was last at rest, it depends on what Ponte heard first: then either is right.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tests.support.clerk import ANDAMENTO, ATENDIDO, CANCELADO, DESPACHADO

#: The stages that the situations of an account suggest in the portal's first pipeline.
TABLE = {
    6: "NEW",
    21: "NEW",
    ANDAMENTO: "PREPARATION",
    18: "PREPARATION",
    24: "PREPARATION",
    DESPACHADO: "PREPARATION",
    ATENDIDO: "WON",
    CANCELADO: "LOSE",
}
#: The situation that an order is born in.
BORN = 6


class Hand(msgspec.Struct, frozen=True):
    """Somebody moved a deal."""

    stage: str
    at: int


class StageLaw:
    """Remembers who moved what; time is counted in moves."""

    def __init__(self) -> None:
        self._now = 0
        self._rested = 0
        #: By deal: the last move by hand.
        self._hands: dict[int, Hand] = {}
        #: By order: its situations since the last rest, the present one last, and when it got that.
        self._situations: dict[int, list[int]] = {}
        self._changed: dict[int, int] = {}

    def made(self, order: int) -> None:
        """Somebody made an order in Bling."""
        self._situations[order] = []
        self.situated(order, BORN)

    def situated(self, order: int, situation: int) -> None:
        """An order got a situation; one that was made of a deal had its first one before."""
        self._now += 1
        self._situations.setdefault(order, [BORN]).append(situation)
        self._changed[order] = self._now

    def moved(self, deal: int, stage: str) -> None:
        """Somebody put a deal into a stage."""
        self._now += 1
        self._hands[deal] = Hand(stage, self._now)

    def situation(self, order: int) -> int:
        """What an order's situation is."""
        return self._situations.get(order, [BORN])[-1]

    def allowed(self, order: int, deal: int) -> set[str]:
        """The stages in which the deal may rest."""
        told, hand = TABLE[self.situation(order)], self._hands.get(deal)
        if hand is None:
            return {told}
        changed = self._changed.get(order)
        if changed is None:
            # It was made of the deal, and nobody has touched it since.
            return {hand.stage}
        if changed < hand.at:
            return {hand.stage} if changed <= self._rested else {hand.stage, told}
        *before, now = self._situations[order]
        return {told, hand.stage} if now in before else {told}

    def rested(self, stages: Iterable[tuple[int, int, str]]) -> None:
        """Ponte has seen everything: order, deal and the stage that it rests in, each allowed."""
        for order, deal, stage in stages:
            hand = self._hands.pop(deal, None)
            if hand is not None and hand.stage == stage:
                self._hands[deal] = Hand(stage, self._now + 1)
            if order in self._situations:
                del self._situations[order][:-1]
        self._now += 1
        self._rested = self._now
