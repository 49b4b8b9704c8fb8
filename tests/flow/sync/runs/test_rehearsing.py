"""Rehearsals: what an import would do, and nothing is written on either side."""

from __future__ import annotations

from connector.domain.runs import RunState
from connector.store.runs import Run
from connector.sync.runs.rehearsing import Counts, counts_of
from tests.support.depot import Depot

READS = ("catalog.product.list", "catalog.product.offer.list", "catalog.price.list")


def counts(run: Run) -> Counts:
    assert run.state is RunState.DONE
    return counts_of(run.counts)


async def test_a_new_account_is_all_new_even_with_nothing_ticked(depot: Depot) -> None:
    await depot.house.tick("product.create", "product.update", enabled=False)
    depot.fill(products=130)
    run = await depot.rehearse()
    assert (run.total, run.done, counts(run).new) == (130, 130, 130)
    assert len(await depot.examples(run, "new")) == 20


async def test_nothing_is_written_on_either_side(depot: Depot) -> None:
    depot.fill(products=30, orders=5)
    await depot.rehearse()
    for call in depot.house.calls("bling"):
        assert call["http_method"] == "GET"
    for call in depot.house.calls("bitrix24"):
        for command in call.get("commands") or [call["method"]]:
            assert command.partition("?")[0].lower() in READS
    assert depot.house.products() == []
    assert await depot.house.row("SELECT 1 FROM link WHERE tenant_id = $1") is None
    assert await depot.house.row("SELECT 1 FROM event WHERE tenant_id = $1") is None


async def test_what_is_there_is_told_apart(depot: Depot) -> None:
    linked = depot.house.in_bling(nome="Ligado", codigo="L-1")
    await depot.finish(await depot.start())
    depot.house.in_bling(nome="Adotado", codigo="A-1")
    depot.house.in_bling(nome="Ambíguo", codigo="D-1")
    depot.house.in_bling(nome="Novo", codigo="N-1")
    for code in ("A-1", "D-1", "D-1"):
        depot.house.portal.product(name="Antigo", xmlId=code)
    bling = depot.house.sandbox.ready["bling"]["api_url"]
    depot.house.sandbox.client.patch(
        f"{bling}/produtos/{linked}", json={"nome": "Outro nome"}, headers=depot.house.bling_headers
    ).raise_for_status()
    found = counts(await depot.rehearse())
    assert (found.linked, found.adopted, found.ambiguous, found.new) == (1, 1, 1, 1)
    assert found.differing == 2


async def test_records_with_one_code_are_one_new_and_one_to_choose(depot: Depot) -> None:
    for _ in range(2):
        depot.house.in_bling(codigo="IGUAL")
    found = counts(await depot.rehearse())
    assert (found.new, found.ambiguous) == (1, 1)
