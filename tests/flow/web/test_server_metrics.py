"""Health and metrics: open to whom they should be."""

from __future__ import annotations

import httpx
import msgspec
import pytest

from connector.settings import Settings
from tests.support.apps import bare_server
from tests.support.office import Customer, Office, message, running


async def test_a_healthy_server_is_ready(office: Office) -> None:
    assert (await office.client.get("/health/live")).json() == {"live": True}
    assert (await office.client.head("/health/live")).status_code == 200
    assert (await office.client.head("/health/ready")).status_code == 200
    answer = await office.client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"postgres": True, "redis": True})


async def test_messages_are_counted_by_result(office: Office) -> None:
    await office.bling_sends(message("f" * 32))
    await office.bling_sends(b"{}", signed="wrong")
    answer = await office.client.get("/metrics")
    text = answer.text
    assert answer.headers["content-type"].count("charset") == 1
    for result in ("unclaimed", "bad_signature"):
        assert f'ponte_webhooks_total{{result="{result}"}}' in text


async def _metrics(settings: Settings, headers: dict[str, str], client: str = "127.0.0.1") -> int:
    app = bare_server(settings)
    async with running(app):
        transport = httpx.ASGITransport(app, client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="https://ponte.test") as http:
            return (await http.get("/metrics", headers=headers)).status_code


@pytest.mark.parametrize(
    ("sent", "status"), [("Bearer secret", 200), ("Bearer x", 401), ("", 401), ("Bearer é", 401)]
)
async def test_a_token_guards_them(settings: Settings, sent: str, status: int) -> None:
    guarded = msgspec.structs.replace(settings, metrics_token="secret")
    assert await _metrics(guarded, {b"authorization": sent.encode()}) == status


async def test_without_a_token_they_are_for_this_machine_alone(settings: Settings) -> None:
    assert await _metrics(settings, {}, "127.0.0.1") == 200
    assert await _metrics(settings, {}, "10.0.0.1") == 404


async def test_in_production_they_need_a_token(settings: Settings) -> None:
    assert await _metrics(msgspec.structs.replace(settings, env="production", clock_url=""), {}) == 404


async def test_what_operators_alarm_on_is_told(office: Office, customer: Customer) -> None:
    await office.bling_sends(message(customer.company_id))
    await office.bling_sends(message("f" * 32))
    async with office.database.system() as conn:
        await conn.execute("UPDATE inbox SET due_at = now() - interval '1 hour'")
        await conn.execute("UPDATE account SET state = 'needs_reconnect'")
    text = (await office.client.get("/metrics")).text
    told = {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in text.splitlines()
        if line[0] != "#"
    }
    assert told['ponte_inbox_depth{lane="live"}'] == 1
    assert 3_590 < told['ponte_inbox_overdue_seconds{lane="live"}'] < 3_700
    assert told["ponte_messages_unclaimed"] == 1
    assert told['ponte_connections_broken{provider="bling",state="needs_reconnect"}'] == 1
    assert told['ponte_tenants{state="trial"}'] == 1
    assert told['ponte_reachable{part="postgres"}'] == told['ponte_reachable{part="redis"}'] == 1
    assert told["ponte_bling_address_blocked_seconds"] == 0


async def test_what_is_over_is_told_no_more(office: Office, customer: Customer) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE account SET state = 'inactive'")
    await office.parts.gauges.refresh()
    async with office.database.system() as conn:
        await conn.execute("UPDATE account SET state = 'connected'")
    office.parts.gauges._read_at = -1_000.0
    assert 'state="inactive"' not in (await office.client.get("/metrics")).text
