"""Balances of stock in one account.

Source: facts of Bling (stock): `idsProdutos[]` is required, and the list shows only one sign of balance at a
time, so that who asks once never learns that something is sold out.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from connector.bling.client import PAGE, Bling, Filter
from connector.domain.vendor import Transient

#: `filtroSaldoEstoque`: above zero, zero, below zero; tried in this order.
_SIGNS = (1, 0, 2)


async def balances(bling: Bling, product_ids: Sequence[int]) -> dict[int, Decimal]:
    """Physical totals by product, of those that Bling knows; at most `PAGE` products."""
    found: dict[int, Decimal] = {}
    for sign in _SIGNS:
        missing = [one for one in product_ids if one not in found]
        if not missing:
            break
        query: Filter = {"idsProdutos[]": missing, "filtroSaldoEstoque": sign, "pagina": 1, "limite": PAGE}
        answer = await bling.get("/estoques/saldos", query)
        found |= {one: total for one, total in map(_balance, _rows(answer.body)) if one in missing}
    return found


def _rows(body: Any) -> list[dict[str, Any]]:
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, list):
        raise Transient("the answer has no list", code="unreadable")
    return data


def _balance(row: dict[str, Any]) -> tuple[int, Decimal]:
    return int(row["produto"]["id"]), Decimal(str(row.get("saldoFisicoTotal") or 0))
