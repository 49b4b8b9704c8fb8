"""Commands of many callers in few requests, and each command's own fate."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import httpx
import msgspec
import pytest
from redis.asyncio import Redis

from connector import pace
from connector.bitrix24 import catalogue
from connector.bitrix24.client import Bitrix24, Portal
from connector.bitrix24.limits import Allowance, PortalLimiter
from connector.bitrix24.packer import Command, Done, Failed, LeaseTooShort, Packer, Result
from connector.bitrix24.setup import prepare
from connector.domain.vendor import Call, Disconnected, Gone, Rejected, Throttled, Transient
from tests.support import vendors
from tests.support.sandbox import Sandbox

QUICK = Allowance(1000, 1000)
Canned = Callable[[dict[str, str]], dict[str, object] | httpx.Response]


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        await pace.assume_idle(client)
        yield client


@pytest.fixture
async def side(sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient) -> vendors.Bitrix24Side:
    return vendors.bitrix24(sandbox, redis, http)


def echoes(redis: Redis, answer: Canned) -> tuple[Packer, list[Call]]:
    """A packer whose portal answers each batch with `answer(cmd)`, and direct calls with their name."""

    def handle(request: httpx.Request) -> httpx.Response:
        body = msgspec.json.decode(request.content)
        if "cmd" not in body:
            return httpx.Response(200, json={"result": request.url.path})
        found = answer(body["cmd"])
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json={"result": found})

    calls: list[Call] = []
    http = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    limiter = PortalLimiter(redis, "m", QUICK)
    portal = Portal("https://acme.bitrix24.com.br/rest/", "m")
    return Packer(Bitrix24(portal, vendors.Tokens("t"), limiter, http, calls.append)), calls


def all_done(commands: dict[str, str]) -> dict[str, object]:
    return {"result": dict(commands), "result_error": [], "result_next": [], "result_time": []}


def command(number: int) -> Command:
    return Command("profile", {"n": number})


def done(results: list[Result]) -> list[object]:
    assert all(isinstance(result, Done) for result in results), results
    return [result.result for result in results if isinstance(result, Done)]


async def test_results_come_in_the_commands_order(redis: Redis) -> None:
    packer, calls = echoes(redis, all_done)
    assert done(await packer.run([command(n) for n in range(120)])) == [f"profile?n={n}" for n in range(120)]
    assert [call.commands for call in calls] == [50, 50, 20]


async def test_callers_share_requests(redis: Redis) -> None:
    packer, calls = echoes(redis, all_done)
    results = await asyncio.gather(*(packer.run([command(n)]) for n in range(100)))
    assert [done(result) for result in results] == [[f"profile?n={n}"] for n in range(100)]
    assert [call.commands for call in calls] == [50, 50]


async def test_a_caller_that_was_just_answered_joins_the_next_request(redis: Redis) -> None:
    packer, calls = echoes(redis, all_done)

    async def three_waves(n: int) -> None:
        for _ in range(3):
            await packer.run([command(n)])

    await asyncio.gather(*(three_waves(n) for n in range(40)))
    assert [call.commands for call in calls] == [40, 40, 40]


async def test_what_a_batch_would_spoil_goes_alone(redis: Redis) -> None:
    packer, calls = echoes(redis, all_done)
    spoiled = Command("catalog.product.add", {"fields": {"name": "$result[x]"}})
    results = done(await packer.run([command(1), spoiled, command(2)]))
    assert results == ["profile?n=1", "/rest/catalog.product.add.json", "profile?n=2"]
    assert sorted((call.method, call.commands) for call in calls) == [
        ("batch", 2),
        ("catalog.product.add", 1),
    ]


async def test_each_command_has_its_own_fate(redis: Redis) -> None:
    errors = {
        "c1": {"error": "0", "error_description": "product does not exist."},
        "c2": {"error": 0, "error_description": "Required fields: name"},
        "c3": {"error": "INTERNAL_SERVER_ERROR", "error_description": ""},
        "c4": {"error": "insufficient_scope", "error_description": ""},
    }
    answer = {
        "result": {"c0": {"id": 1}},
        "result_error": errors,
        "result_next": {"c0": 50},
        "result_time": [],
    }
    packer, _ = echoes(redis, lambda _commands: answer)
    results = await packer.run([Command("catalog.product.update", {"id": n}) for n in range(6)])
    first, *failed = results
    assert isinstance(first, Done)
    assert (first.result, first.next) == ({"id": 1}, 50)
    kinds = [type(result.error) for result in failed if isinstance(result, Failed)]
    assert kinds == [Gone, Rejected, Transient, Disconnected, Transient]
    assert len({result.call_id for result in results}) == 1


async def test_empty_maps_may_be_lists(redis: Redis) -> None:
    packer, _ = echoes(
        redis, lambda _: {"result": [], "result_error": [], "result_next": [], "result_time": []}
    )
    (result,) = await packer.run([command(1)])
    assert isinstance(result, Failed)
    assert isinstance(result.error, Transient)
    assert result.error.unknown


async def test_after_a_5xx_batches_are_halved_and_grow_again(redis: Redis) -> None:
    page = httpx.Response(502, html="<html>Bad Gateway</html>")
    answers: list[dict[str, object] | httpx.Response] = [page]
    packer, calls = echoes(redis, lambda commands: answers.pop() if answers else all_done(commands))
    results = await packer.run([command(n) for n in range(50)])
    assert {type(result.error) for result in results if isinstance(result, Failed)} == {Transient}
    assert all(isinstance(result, Failed) and result.error.unknown for result in results)  # type: ignore[attr-defined]
    await packer.run([command(n) for n in range(10)])
    await packer.run([command(n) for n in range(100)])
    assert [call.commands for call in calls][:3] == [50, 10, 28]


async def test_a_lease_that_is_too_short_sends_nothing(redis: Redis) -> None:
    packer, calls = echoes(redis, all_done)
    asked: list[float] = []
    packer._may_write = lambda seconds: asked.append(seconds) or len(calls) < 1  # type: ignore[func-returns-value]
    with pytest.raises(LeaseTooShort) as stopped:
        await packer.run([command(n) for n in range(200)])
    assert len(calls) == 1
    assert set(asked) == {20.0}
    results = stopped.value.results
    assert len(results) == 200
    assert sum(isinstance(result, Done) for result in results) == 50


async def test_each_caller_gets_its_own_results_with_a_short_lease(redis: Redis) -> None:
    packer, _ = echoes(redis, all_done)
    packer._may_write = lambda _seconds: False
    stopped = await asyncio.gather(
        *(packer.run([command(n) for n in range(count)]) for count in range(1, 9)), return_exceptions=True
    )
    assert [len(error.results) for error in stopped if isinstance(error, LeaseTooShort)] == list(range(1, 9))
    packer._may_write = lambda _seconds: True
    assert len(done(await packer.run([command(n) for n in range(400)]))) == 400


async def test_a_mistake_of_ours_reaches_the_caller(redis: Redis) -> None:
    packer, _ = echoes(redis, lambda _commands: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await packer.run([command(1)])
    await packer.drain()


async def test_a_cancelled_callers_commands_are_not_sent(redis: Redis) -> None:
    packer, calls = echoes(redis, all_done)
    unwanted = asyncio.create_task(packer.run([command(n) for n in range(10)]))
    wanted = asyncio.create_task(packer.run([command(99)]))
    await asyncio.sleep(0)
    unwanted.cancel()
    assert done(await wanted) == ["profile?n=99"]
    assert [call.commands for call in calls] == [1]


async def test_close_awaits_what_is_under_way_and_refuses_the_rest(redis: Redis) -> None:
    packer, _ = echoes(redis, all_done)
    running = asyncio.create_task(packer.run([command(n) for n in range(60)]))
    await asyncio.sleep(0)
    await packer.close()
    results = await running
    assert len(results) == 60
    assert {result.error.code for result in results if isinstance(result, Failed)} <= {"closed"}
    await packer.drain()


async def test_without_the_limiter_all_wait_for_better_times() -> None:
    async with Redis.from_url("redis://127.0.0.1:1") as nowhere:
        packer, calls = echoes(nowhere, all_done)
        for _ in range(10):
            (result,) = await packer.run([command(1)])
            assert isinstance(result, Failed)
            assert result.error.code == "limiter_away"
    assert not calls


def timed(commands: dict[str, str], operating: float, duration: float) -> dict[str, object]:
    """All done; the method's sum grows by half a second a command up to `operating`."""
    first = operating - 0.5 * (len(commands) - 1)
    times = {
        key: {
            "operating": first + 0.5 * place,
            "operating_reset_at": datetime.now(UTC).timestamp() + 300,
            "duration": duration,
        }
        for place, key in enumerate(commands)
    }
    return {**all_done(commands), "result_time": times}


async def test_batches_are_made_to_end_well_before_the_time_out(redis: Redis) -> None:
    packer, calls = echoes(redis, lambda commands: timed(commands, 30, 0.5))
    await packer.run([command(n) for n in range(10)])
    await packer.run([command(n) for n in range(45)])
    assert [call.commands for call in calls] == [10, 20, 20, 5]


async def test_only_as_many_go_as_the_method_has_time_for(redis: Redis) -> None:
    sums = iter((418.0, 420.0))
    packer, calls = echoes(redis, lambda commands: timed(commands, next(sums), 0.01))
    await packer.run([command(n) for n in range(10)])
    results = await packer.run([command(n) for n in range(50)])
    assert [call.commands for call in calls] == [10, 4]
    assert all(isinstance(result, Done) for result in results[:4])
    refused = [result.error for result in results[4:] if isinstance(result, Failed)]
    assert len(refused) == 46
    assert {type(error) for error in refused} == {Throttled}


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_is_asked_every_command_is_sent_once(redis: Redis, seed: int) -> None:
    chance = random.Random(seed)
    sent: Counter[str] = Counter()

    def answer(commands: dict[str, str]) -> dict[str, object]:
        assert 0 < len(commands) <= 50
        sent.update(commands.values())
        failing = {key for key in commands if chance.random() < 0.2}
        done = {key: text for key, text in commands.items() if key not in failing}
        failed = {key: {"error": "0", "error_description": commands[key]} for key in failing}
        return {"result": done or [], "result_error": failed or []}

    packer, _ = echoes(redis, answer)

    async def caller(name: int) -> None:
        for wave in range(3):
            await asyncio.sleep(chance.random() / 100)
            asked = [Command("m", {"n": f"{name}-{wave}-{n}"}) for n in range(chance.randrange(90))]
            for one, result in zip(asked, await packer.run(asked), strict=True):
                text = result.result if isinstance(result, Done) else result.error.text
                assert text == f"m?n={one.params['n']}"

    await asyncio.gather(*(caller(name) for name in range(8)))
    assert set(sent.values()) == {1}


async def test_a_refused_direct_call_names_its_call(side: vendors.Bitrix24Side) -> None:
    (result,) = await Packer(side.client).run([Command("catalog.product.add", {"fields": {"name": None}})])
    assert isinstance(result, Failed)
    assert [call.id for call in side.calls] == [result.call_id]


async def test_products_are_made_and_found_by_their_link(side: vendors.Bitrix24Side) -> None:
    parts = await prepare(side.client)
    packer = Packer(side.client)
    link = catalogue.property_name(parts.product_link_property)
    fields = {"iblockId": parts.product_iblock_id, "active": "Y"}
    names = [f"Café & Cia 100% nº {n} + açúcar" for n in range(60)]
    added = await packer.run(
        [catalogue.add_product({**fields, "name": name, link: str(n + 1)}) for n, name in enumerate(names)]
    )
    ids = [catalogue.written_id(result) for result in done(added)]
    priced = await packer.run([catalogue.add_price(i, parts.base_price_type, "10.90") for i in ids])
    assert len(done(priced)) == 60
    (looked_up,) = done(
        await packer.run(
            [catalogue.find_by_link(parts.product_iblock_id, parts.product_link_property, range(1, 51))]
        )
    )
    found = catalogue.found(looked_up, parts.product_link_property)
    assert [(one.id, one.name, one.link) for one in found] == [
        (ids[n], names[n], str(n + 1)) for n in range(50)
    ]
    (listed,) = done(await packer.run([catalogue.prices_of(ids[:5], parts.base_price_type)]))
    assert [str(price.price) for price in catalogue.prices(listed)] == ["10.9"] * 5


async def test_a_method_at_its_limit_is_refused_alone_and_rests(
    sandbox: Sandbox, side: vendors.Bitrix24Side
) -> None:
    packer = Packer(side.client)
    await packer.run([Command("profile", {}), Command("server.time", {})])
    sandbox.control("limits", {"enforce": True, "operating_cost_s": 150})
    commands = [Command("profile", {}) for _ in range(5)] + [Command("server.time", {})]
    results = await packer.run(commands)
    refused = [result for result in results if isinstance(result, Failed)]
    assert len(refused) == 2
    assert all(isinstance(result.error, Throttled) for result in refused)
    assert isinstance(results[-1], Done)
    before = len(side.calls)
    (paused, other) = await packer.run([Command("profile", {}), Command("server.time", {})])
    assert isinstance(paused, Failed)
    assert isinstance(paused.error, Throttled)
    assert paused.error.until > datetime.now(UTC)
    assert isinstance(other, Done)
    assert len(side.calls) == before + 1


async def test_texts_survive_the_vendors_parser(side: vendors.Bitrix24Side) -> None:
    parts = await prepare(side.client)
    packer = Packer(side.client)
    names = [
        "a&b=c#d%e+f",
        "$result[c0] solto",
        "R$ 10 [novo]",
        "ção\nduas linhas",
        "aspas \" e ' e \\",
        "%41%20",
        "😀 emoji",
        "a  b ",
    ]
    added = await packer.run(
        [catalogue.add_product({"iblockId": parts.product_iblock_id, "name": name}) for name in names]
    )
    ids = [catalogue.written_id(result) for result in done(added)]
    (listed,) = done(
        await packer.run([catalogue.find_by_ids(parts.product_iblock_id, parts.product_link_property, ids)])
    )
    found = catalogue.found(listed, parts.product_link_property)
    assert {one.id: one.name for one in found} == dict(zip(ids, names, strict=True))
