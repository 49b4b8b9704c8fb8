"""Group commit: durable before told; a bad item fails nobody else; nobody waits long for a store away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from server import ingest
from server.ingest import GroupCommit, StoreAway, Unstorable


class Store:
    """Remembers each transaction; refuses items that begin with `bad`."""

    def __init__(self) -> None:
        self.transactions: list[list[str]] = []
        self.buried: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None

    async def write(self, items: Sequence[str]) -> None:
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        if any(item.startswith("bad") for item in items):
            raise Unstorable
        self.transactions.append(list(items))

    async def bury(self, item: str) -> None:
        self.buried.append(item)


@pytest.fixture
async def store() -> Store:
    return Store()


@pytest.fixture
async def commit(store: Store) -> AsyncIterator[GroupCommit[str]]:
    commit = GroupCommit(store.write, store.bury)
    commit.start()
    yield commit
    store.gate.set()
    await commit.stop()


async def test_an_idle_system_commits_at_once(store: Store, commit: GroupCommit[str]) -> None:
    await commit.put("one")
    assert store.transactions == [["one"]]


async def test_nobody_is_told_before_the_commit(store: Store, commit: GroupCommit[str]) -> None:
    store.gate.clear()
    waiting = commit.put("one")
    await asyncio.sleep(0.01)
    assert not waiting.done()
    store.gate.set()
    await waiting


async def test_what_comes_while_a_group_is_written_shares_the_next(
    store: Store, commit: GroupCommit[str]
) -> None:
    store.gate.clear()
    waiting = [commit.put("first")]
    await asyncio.sleep(0.01)
    waiting += [commit.put(f"later {number}") for number in range(20)]
    store.gate.set()
    await asyncio.gather(*waiting)
    assert [len(group) for group in store.transactions] == [1, 20]


async def test_no_group_is_larger_than_allowed(store: Store, commit: GroupCommit[str]) -> None:
    await asyncio.gather(*(commit.put(str(number)) for number in range(ingest.LARGEST_GROUP + 1)))
    assert max(len(group) for group in store.transactions) == ingest.LARGEST_GROUP


async def test_a_bad_item_is_buried_and_fails_nobody(store: Store, commit: GroupCommit[str]) -> None:
    await asyncio.gather(*(commit.put(item) for item in ("one", "bad", "two")))
    assert store.transactions == [["one"], ["two"]]
    assert store.buried == ["bad"]


async def test_a_store_that_is_away_is_told_at_once(store: Store, commit: GroupCommit[str]) -> None:
    store.error = ConnectionRefusedError()
    with pytest.raises(StoreAway):
        await asyncio.wait_for(commit.put("one"), 0.2)


async def test_a_store_that_hangs_is_told_within_the_patience(store: Store, commit: GroupCommit[str]) -> None:
    store.gate.clear()
    waiting = [commit.put("written"), commit.put("queued")]
    answers = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 1.0)
    assert [type(answer) for answer in answers] == [StoreAway, StoreAway]


async def test_after_the_store_came_back_all_is_well(store: Store, commit: GroupCommit[str]) -> None:
    store.error = ConnectionRefusedError()
    with pytest.raises(StoreAway):
        await commit.put("one")
    store.error = None
    await commit.put("two")
    assert store.transactions == [["two"]]


async def test_a_queue_that_is_too_long_is_told_at_once(
    store: Store, commit: GroupCommit[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "LONGEST_QUEUE", 1)
    store.gate.clear()
    waiting = commit.put("one")
    with pytest.raises(StoreAway):
        await asyncio.wait_for(commit.put("too many"), 0.05)
    store.gate.set()
    await waiting


async def test_stopping_writes_what_waits(store: Store) -> None:
    commit = GroupCommit(store.write, store.bury)
    waiting = [commit.put("one"), commit.put("two")]
    commit.start()
    await commit.stop()
    assert store.transactions == [["one", "two"]]
    assert all(item.done() for item in waiting)
