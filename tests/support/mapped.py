"""A tenant on a real portal and a real account of the sandbox, and what it maps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connector import pace
from connector.account import connect_bitrix24, deal_lists
from connector.account.clock import now
from connector.account.deal_lists import DealLists
from connector.account.people import PONTE
from connector.store import connections
from tests.support.consent import connected
from tests.support.office import Customer, Office, message
from tests.support.sandbox import Sandbox


async def settled(office: Office, sandbox: Sandbox) -> Customer:
    """A tenant whose account and portal are those of the sandbox."""
    await pace.assume_idle(office.parts.redis)
    customer = await office.customer()
    async with office.database.system() as conn:
        await conn.execute("DELETE FROM account WHERE id = $1", customer.account_id)
    await connected(office, sandbox, customer)
    portal = {"provider": "bitrix24", "member_id": sandbox.ready["portals"][0]["member_id"]}
    await connect_bitrix24.connect(
        office.parts.connecting, customer.tenant_id, sandbox.control("grant", portal), PONTE
    )
    return customer


async def never_read(office: Office, crm: str | None = None) -> None:
    """As if the portal's CRM had not been read at connecting, or by another version of Ponte (`crm`)."""
    async with office.database.system() as conn:
        await conn.execute("UPDATE portal SET crm = $1::json", crm)


async def get(office: Office, tenant: Customer, kind: str = "order") -> dict[str, Any]:
    """The mapping as the API shows it."""
    answer = await office.api(tenant, "GET", f"/mappings/{kind}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def put(office: Office, tenant: Customer, sent: Any, kind: str = "order") -> dict[str, Any]:
    """What a PUT that is taken answers."""
    answer = await office.api(tenant, "PUT", f"/mappings/{kind}", json=sent)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def lists_of(office: Office, tenant: Customer, later: timedelta = timedelta()) -> DealLists:
    """What there is to choose from, some time `later`."""
    return await deal_lists.load(office.parts.connecting, tenant.tenant_id, now() + later)


def rule_in(mapping: dict[str, Any], rule_id: str) -> dict[str, Any]:
    """One rule of a mapping."""
    found: dict[str, Any] = next(one for one in mapping["rules"] if one["id"] == rule_id)
    return found


def paths_called(sandbox: Sandbox) -> list[str]:
    """What the vendors were asked."""
    rows = sandbox.control("calls", method="GET")
    rows = rows["items"] if isinstance(rows, dict) else rows
    return [row["path"] for row in rows]


async def held_order(office: Office, tenant: Customer, number: int, reason: str) -> None:
    """An order whose situation has the order's own number."""
    async with office.database.tenant(tenant.tenant_id) as conn:
        (account,) = await connections.accounts(conn, tenant.tenant_id)
    data = {"id": number, "situacao": {"id": number, "valor": 99}}
    await office.bling_sends(message(account.company_id, "order.created", data=data))
    async with office.database.system() as conn:
        held = "UPDATE inbox SET due_at = NULL, outcome = 'held', reason = $1 WHERE bling_id = $2"
        await conn.execute(held, reason, number)
