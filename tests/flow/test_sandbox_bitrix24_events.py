"""Events of the sandbox's portals: online ones once, offline ones in a queue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.support.portal import Portal
from tests.support.sandbox import Sandbox
from tests.support.waiting import PATIENCE_S, until_answered


@pytest.fixture
def portal(sandbox: Sandbox) -> Portal:
    portal = Portal(sandbox)
    sandbox.control("grant", {"provider": "bitrix24", "member_id": portal.member_id})
    return portal


class Handler:
    """An event handler that remembers what it was sent."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def next(self) -> dict[str, str]:
        return await asyncio.wait_for(self.received.get(), PATIENCE_S)


@pytest.fixture
async def handler() -> AsyncIterator[Handler]:
    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        body = (await reader.readexactly(length)).decode()
        found.received.put_nowait({name: values[0] for name, values in parse_qs(body).items()})
        writer.write(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    found = Handler(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    yield found
    server.close()


async def _in_thread(function: Callable[..., Any], *args: Any, **params: Any) -> Any:
    return await asyncio.to_thread(function, *args, **params)


def _offline(portal: Portal, event: str = "ONCRMDEALUPDATE", connector: str = "ponte") -> None:
    assert portal.call("event.bind", event=event, event_type="offline", auth_connector=connector) is True


def _get(portal: Portal, **params: Any) -> dict[str, Any]:
    taken: dict[str, Any] = portal.call("event.offline.get", auth_connector="ponte", **params)
    return taken


def _deal(portal: Portal) -> int:
    deal_id: int = portal.call("crm.item.add", entityTypeId=2, fields={"title": "x"})["item"]["id"]
    return deal_id


def _rename(portal: Portal, deal_id: int, title: str, **more: Any) -> None:
    portal.call("crm.item.update", entityTypeId=2, id=deal_id, fields={"title": title}, **more)


async def _all_is_told(sandbox: Sandbox) -> bool:
    told: dict[str, bool] = await _in_thread(sandbox.control, "webhooks", method="GET")
    return not told["events"]


async def test_an_online_event_is_posted_once(sandbox: Sandbox, portal: Portal, handler: Handler) -> None:
    await _in_thread(portal.call, "event.bind", event="onCrmDealAdd", handler=handler.url)
    deal_id = await _in_thread(_deal, portal)
    event = await handler.next()
    assert (event["event"], event["data[FIELDS][ID]"]) == ("ONCRMDEALADD", str(deal_id))
    assert event["auth[member_id]"] == portal.member_id
    assert event["auth[client_endpoint]"] == portal.rest_url
    assert {"auth[application_token]", "auth[access_token]", "ts", "event_handler_id"} <= set(event)
    await until_answered(lambda: _all_is_told(sandbox))
    assert handler.received.empty()


async def test_catalogue_events_say_what_kind_of_element(portal: Portal, handler: Handler) -> None:
    await _in_thread(portal.call, "event.bind", event="CATALOG.PRODUCT.ON.UPDATE", handler=handler.url)
    product = await _in_thread(portal.product)
    await _in_thread(portal.call, "catalog.product.update", id=product["id"], fields={"name": "y"})
    event = await handler.next()
    assert (event["data[FIELDS][ID]"], event["data[FIELDS][TYPE]"]) == (str(product["id"]), "1")


async def test_installing_and_uninstalling_is_told(sandbox: Sandbox, handler: Handler, app_port: int) -> None:
    await _in_thread(sandbox.control, "app-url", {"url": handler.url}, "PUT")
    try:
        portal = Portal(sandbox)
        await _in_thread(sandbox.client.post, f"/bitrix24/{portal.member_id}/installed")
        installed = await handler.next()
        assert installed["event"] == "ONAPPINSTALL"
        assert installed["auth[scope]"] == "catalog crm user_brief placement im userfieldconfig"
        await _in_thread(sandbox.client.post, f"/bitrix24/{portal.member_id}/acts/uninstall-clean")
        gone = await handler.next()
        assert (gone["event"], gone["data[CLEAN]"]) == ("ONAPPUNINSTALL", "1")
        assert "auth[access_token]" not in gone
        assert gone["auth[application_token]"] == installed["auth[application_token]"]
    finally:
        await _in_thread(sandbox.control, "app-url", {"url": f"http://127.0.0.1:{app_port}"}, "PUT")


def test_nothing_happens_before_the_install_is_finished(sandbox: Sandbox) -> None:
    portal = Portal(sandbox)
    _offline(portal)
    _rename(portal, _deal(portal), "y")
    assert _get(portal) == {"process_id": None, "events": []}


def test_an_update_without_change_raises_no_event(portal: Portal) -> None:
    deal_id = _deal(portal)
    _offline(portal)
    _rename(portal, deal_id, "x")
    assert _get(portal)["events"] == []


def test_setting_rows_and_moving_are_updates(portal: Portal) -> None:
    first, second = _deal(portal), _deal(portal)
    _offline(portal)
    rows = [{"productName": "a", "price": 1, "quantity": 1}]
    portal.call("crm.item.productrow.set", ownerType="D", ownerId=first, productRows=rows)
    portal.call("crm.item.update", entityTypeId=2, id=second, fields={"stageId": "NOWHERE"})
    assert [row["EVENT_DATA"]["FIELDS"]["ID"] for row in _get(portal)["events"]] == [str(first)]


def test_what_happens_after_reading_is_a_new_row(portal: Portal) -> None:
    deal_id = _deal(portal)
    _offline(portal)
    _rename(portal, deal_id, "a")
    (before,) = _get(portal, clear=0)["events"]
    _rename(portal, deal_id, "b")
    (after,) = _get(portal)["events"]
    assert before["ID"] != after["ID"]


def test_the_queue_keeps_one_row_for_an_object(portal: Portal) -> None:
    first, second = _deal(portal), _deal(portal)
    _offline(portal)
    for title in ("a", "b", "c"):
        _rename(portal, first, title)
    _rename(portal, second, "a")
    events = _get(portal)["events"]
    assert [row["EVENT_DATA"] for row in events] == [{"FIELDS": {"ID": str(i)}} for i in (first, second)]
    assert set(events[0]) == {
        "ID",
        "TIMESTAMP_X",
        "EVENT_NAME",
        "EVENT_DATA",
        "EVENT_ADDITIONAL",
        "MESSAGE_ID",
    }


def test_reading_deletes_unless_told_otherwise(portal: Portal) -> None:
    deal_id = _deal(portal)
    _offline(portal)
    _rename(portal, deal_id, "a")
    assert len(_get(portal)["events"]) == 1
    assert _get(portal)["events"] == []


def test_safe_reading_works_by_process(portal: Portal) -> None:
    deals = [_deal(portal) for _ in range(3)]
    _offline(portal)
    for deal_id in deals:
        _rename(portal, deal_id, "a")
    first = _get(portal, clear=0, limit=2)
    other = _get(portal, clear=0)
    assert (len(first["events"]), len(other["events"])) == (2, 1)
    assert first["process_id"] != other["process_id"]
    done = first["events"][0]["ID"]
    portal.call("event.offline.clear", process_id=first["process_id"], id=[done])
    left = _get(portal, clear=0, process_id=first["process_id"])
    assert [row["ID"] for row in left["events"]] == [first["events"][1]["ID"]]
    portal.call("event.offline.clear", process_id=first["process_id"])
    assert _get(portal, clear=0, process_id=first["process_id"])["events"] == []


def test_our_own_writes_are_hidden_from_our_queue(portal: Portal) -> None:
    deal_id = _deal(portal)
    _offline(portal)
    _rename(portal, deal_id, "ours", auth_connector="ponte")
    assert _get(portal)["events"] == []
    _rename(portal, deal_id, "theirs")
    assert len(_get(portal)["events"]) == 1


def test_an_update_of_the_application_drops_every_handler(sandbox: Sandbox, portal: Portal) -> None:
    _offline(portal)
    assert portal.call("event.get") == [{"connector_id": "ponte", "event": "ONCRMDEALUPDATE", "offline": 1}]
    sandbox.client.post(f"/bitrix24/{portal.member_id}/acts/update-app")
    assert portal.call("event.get") == []


def test_unbinding_counts_and_unknown_events_are_refused(portal: Portal) -> None:
    _offline(portal)
    unbound = portal.call(
        "event.unbind", event="oncrmdealupdate", event_type="offline", auth_connector="ponte"
    )
    assert unbound == {"count": 1}
    assert portal.refusal("event.bind", event="ONNOTHING", handler="http://x/")[1] == "ERROR_EVENT_NOT_FOUND"
    assert portal.call("feature.get", CODE="rest_offline_extended") == {"value": "Y"}


def test_a_plan_without_offline_events_says_so(sandbox: Sandbox) -> None:
    portal = Portal(sandbox, 3)
    assert portal.call("feature.get", CODE="rest_offline_extended") == {"value": "N"}
    assert portal.refusal("event.offline.get")[:2] == (403, "ACCESS_DENIED")


def test_a_widget_is_bound(portal: Portal) -> None:
    sent = {"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": "http://127.0.0.1/tab", "TITLE": "Ponte"}
    assert portal.call("placement.bind", **sent) is True
    assert portal.call("placement.get")[0]["placement"] == "CRM_DEAL_DETAIL_TAB"
    assert portal.refusal("placement.bind", HANDLER="x")[1] == "ERROR_ARGUMENT"
    assert portal.call("placement.unbind", PLACEMENT="CRM_DEAL_DETAIL_TAB") == {"count": 1}
    assert portal.call("placement.get") == []


def test_a_changed_price_is_an_event_of_its_own(portal: Portal) -> None:
    made = portal.product()
    for action in ("ADD", "UPDATE"):
        _offline(portal, f"CATALOG.PRICE.ON.{action}")
    fields = {"productId": made["id"], "catalogGroupId": 1, "price": 3, "currency": "BRL"}
    price = portal.call("catalog.price.add", fields=fields)["price"]
    portal.call("catalog.price.update", id=price["id"], fields={"price": 4, "currency": "BRL"})
    told = [(row["EVENT_NAME"], row["EVENT_DATA"]["FIELDS"]["ID"]) for row in _get(portal)["events"]]
    assert told == [("CATALOG.PRICE.ON.ADD", price["id"]), ("CATALOG.PRICE.ON.UPDATE", price["id"])]


def test_a_batch_hides_what_it_changes_from_its_own_connector(portal: Portal) -> None:
    _offline(portal, "CATALOG.PRODUCT.ON.UPDATE")
    made = portal.product()
    command = f"catalog.product.update?id={made['id']}&fields[name]=Jarra"
    portal.call("batch", cmd={"one": command}, auth_connector="ponte")
    assert _get(portal)["events"] == []
    portal.call("batch", cmd={"one": command})
    assert len(_get(portal)["events"]) == 1


def test_the_queues_list_shows_what_was_taken_and_not_cleared(portal: Portal) -> None:
    _offline(portal, "CATALOG.PRODUCT.ON.ADD")
    portal.product()
    taken = _get(portal, clear=0)
    (listed,) = portal.call("event.offline.list", auth_connector="ponte")
    assert listed["PROCESS_ID"] == taken["process_id"]
    portal.call("event.offline.clear", process_id=taken["process_id"])
    assert portal.call("event.offline.list", auth_connector="ponte") == []


async def test_a_queue_that_grows_says_so(portal: Portal, handler: Handler) -> None:
    _offline(portal, "CATALOG.PRODUCT.ON.ADD")
    portal.call("event.bind", event="ONOFFLINEEVENT", handler=handler.url, options={"minTimeout": 0})
    await _in_thread(portal.product)
    told = await handler.next()
    assert (told["event"], told["data[event]"]) == ("ONOFFLINEEVENT", "CATALOG.PRODUCT.ON.ADD")
