"""What is true of both sides when nobody has changed anything for a while and Ponte has done its work.

What is compared comes from the vendors' own dumps; Ponte is asked only whether anything is left.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from benchmarks.books import Books
from tests.support.returns import Returns
from tests.support.sellers import WON
from tests.support.tossing import Tossing

Record = dict[str, Any]
#: Requests to each vendor for a change, looks at the portal aside, and writes in Bling.
MOST_READ, MOST_ASKED, MOST_WRITTEN = 4, 6, 2


async def prove_rest(tossing: Tossing, changes: int) -> dict[str, int]:
    """Both sides come to be equal in a bounded number of calls, and stay so; what it took."""
    returns = tossing.returns
    rounds = await returns.rest(most=60)
    took = {"changes": changes, "rounds": rounds, **await _compare(tossing), **_calls(returns)}
    assert took["writes"] <= MOST_WRITTEN * changes, took
    assert took["bling"] <= MOST_READ * changes, took
    assert took["bitrix24"] <= MOST_ASKED * changes, took
    await _prove_calm(returns)
    return took


async def _compare(tossing: Tossing) -> dict[str, int]:
    returns = tossing.returns
    bling, portal = returns.bling(), returns.house.dump()
    ours, theirs = _products(returns)
    assert ours == theirs
    assert _quantities(returns, bling) == {row["link"]: _quantity(row) for row in returns.house.products()}
    _compare_deals(tossing, bling, portal)
    await _nothing_left(returns)
    sold = {name: len(bling[name]) for name in ("orders", "contacts")}
    return {
        "products": len(ours),
        **sold,
        "deals": len(portal["deals"]),
        "own_deals": len(tossing.sellers.own),
    }


def _products(returns: Returns) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The products of Bling and those of Bitrix24, in the same words."""
    bling = [
        (str(row["id"]), row["nome"], row["codigo"], float(row["preco"]), row["situacao"] == "A")
        for row in returns.bling_products()
    ]
    bitrix24 = [
        (row["link"], row["name"], row["xmlId"], float(row["price"]), row["active"] == "Y")
        for row in returns.house.products()
    ]
    return sorted(bling), sorted(bitrix24)


def _quantities(returns: Returns, bling: dict[str, list[Record]]) -> dict[str, Decimal]:
    """What lies in Bling's stores, by product."""
    found = returns.stock_of([row["id"] for row in bling["products"]])
    return {str(row["id"]): found[row["id"]] for row in bling["products"]}


def _quantity(row: Record) -> Decimal:
    return Decimal(str(row["quantity"] or 0))


def _compare_deals(tossing: Tossing, bling: dict[str, list[Record]], portal: dict[str, list[Record]]) -> None:
    """Every order has one deal: its money to the cent, its customer, its stage; a won deal has one order."""
    company = tossing.returns.house.company_id
    found = Books(bling, portal, company, [order["id"] for order in bling["orders"]]).findings()
    assert found.fine, found
    documents = Counter(one["numeroDocumento"] for one in bling["contacts"])
    assert max(documents.values(), default=1) == 1, documents
    _compare_won(tossing, bling["orders"], portal["deals"])
    _compare_stages(tossing, bling["orders"], portal["deals"])


def _compare_won(tossing: Tossing, orders: list[Record], deals: list[Record]) -> None:
    portal = tossing.returns.portal.member_id[:8]
    marks = Counter(order["numeroLoja"] for order in orders if order["numeroLoja"])
    stages = {int(deal["id"]): deal["stageId"] for deal in deals}
    assert sum(marks.values()) == len(marks), marks
    assert marks.keys() <= {f"ponte-{portal}-{deal}" for deal in tossing.sellers.own}
    won = {f"ponte-{portal}-{deal}" for deal in tossing.sellers.own if stages[deal] == WON}
    assert won <= marks.keys()


def _compare_stages(tossing: Tossing, orders: list[Record], deals: list[Record]) -> None:
    law, company = tossing.sellers.stages, tossing.returns.house.company_id
    by_origin = {deal["originId"]: deal for deal in deals}
    pairs = [(int(order["id"]), by_origin[f"{company}:{order['id']}"]) for order in orders]
    stand = [(order, int(deal["id"]), str(deal["stageId"])) for order, deal in pairs]
    for order, deal, stage in stand:
        assert stage in law.allowed(order, deal), (order, deal, stage, law.allowed(order, deal))
    law.rested(stand)


async def _nothing_left(returns: Returns) -> None:
    waiting = await returns.house.row("SELECT count(*) AS n FROM inbox WHERE tenant_id = $1")
    bad = await returns.house.row(
        "SELECT count(*) AS n, max(kind || ' ' || coalesce(reason, '') || ' ' || coalesce(detail, '')) AS one"
        " FROM event WHERE tenant_id = $1 AND outcome IN ('failed', 'dead')"
    )
    assert (waiting["n"], bad["n"]) == (0, 0), bad["one"]


def _calls(returns: Returns) -> dict[str, int]:
    """Requests of Ponte's; looks at the portal come by the clock, not by changes."""
    asked = returns.asked("bitrix24")
    looks = sum(call["method"].startswith("event.") for call in asked)
    return {
        "bling": len(returns.asked("bling")),
        "writes": len(returns.writes()),
        "bitrix24": len(asked) - looks,
        "looks": looks,
    }


async def _prove_calm(returns: Returns) -> None:
    """One more sweep finds nothing to do."""
    returns.house.forget_calls()
    await returns.sweep_due()
    await returns.rest()
    assert returns.asked("bling") == []
    commands = [one for call in returns.asked("bitrix24") for one in _commands(call)]
    assert not [one for one in commands if "update" in one or "add" in one]


def _commands(call: Record) -> list[str]:
    return [call["method"], *(one.partition("?")[0] for one in call.get("commands") or ())]
