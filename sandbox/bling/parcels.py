"""Parcels of an order that somebody makes here: they add up to its total, cent for cent."""

from __future__ import annotations

from decimal import Decimal

from sandbox.bling.bodies import Body
from sandbox.bling.money import CENT, as_json
from sandbox.bling.times import day_of

_MONTH_S = 30 * 86_400.0


def parcels(total: Decimal, number: int, payment: int, first_at: float) -> list[Body]:
    """`number` equal parcels a month apart from `first_at` (unix) on; the last has the rounding rest."""
    each = (total / number).quantize(CENT)
    amounts = [each] * (number - 1) + [total - each * (number - 1)]
    return [
        {
            "dataVencimento": day_of(first_at + place * _MONTH_S),
            "valor": as_json(amount),
            "formaPagamento": {"id": payment},
        }
        for place, amount in enumerate(amounts)
    ]
