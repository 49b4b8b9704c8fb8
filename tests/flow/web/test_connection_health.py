"""A connection never dies silently: found by use and by trying, told once, held, mended, told again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from connector import pace
from connector.account import connect_bitrix24, connect_bling
from connector.account.checkups import Checkups
from connector.account.connections import Connections
from connector.account.crier import Crier
from connector.account.people import PONTE
from connector.account.places import BlingPlace
from connector.account.post import PostOffice
from connector.account.tokens import Pair, Tokens
from connector.domain.checkups import IDLE, PORTAL_IDLE
from connector.domain.vendor import ConnectionState, Disconnected, Provider
from connector.mail.sending import sender_of
from connector.store import connections as rows
from connector.store.connections import Account
from tests.support.consent import connected, oauth_calls
from tests.support.office import Customer, Office, message
from tests.support.sandbox import Sandbox


@pytest.fixture
async def tenant(office: Office, sandbox: Sandbox) -> Customer:
    """A tenant with nothing but what its tests connect; its limiters know that nothing was spent."""
    await pace.assume_idle(office.parts.redis)
    customer = await office.customer()
    async with office.database.system() as conn:
        await conn.execute("DELETE FROM account WHERE id = $1", customer.account_id)
    return customer


@pytest.fixture
async def account(office: Office, sandbox: Sandbox, tenant: Customer) -> Account:
    """An account that Ponte connected."""
    return await connected(office, sandbox, tenant)


@pytest.fixture
def checkups(office: Office) -> Checkups:
    """Whoever tries idle connections."""
    parts = office.parts
    return Checkups(parts.settings, parts.database, parts.redis, parts.http, parts.connections)


@pytest.fixture
def crier(office: Office) -> Crier:
    """Whoever tells people."""
    parts = office.parts
    return Crier(parts.database, parts.redis, parts.http, parts.vault, parts.connections)


#: The call that a try makes fails once.
EMPRESAS = {"provider": "bling", "method": "empresas", "times": 1}


async def _state(office: Office, account: Account) -> str:
    (row,) = await office.rows("account", "id = $1", account.id)
    return str(row["state"])


async def _broken(office: Office, account: Account, tenant: Customer) -> None:
    await office.parts.connections.broken(
        tenant.tenant_id, Provider.BLING, account.id, ConnectionState.NEEDS_RECONNECT, "gone"
    )


async def _mails(office: Office, sandbox: Sandbox) -> list[dict[str, Any]]:
    """All that was sent, newest first."""
    parts = office.parts
    post = PostOffice(
        parts.database, parts.vault, sender_of(parts.settings, parts.http), parts.settings.app_url
    )
    await post.send_due(parts.clock.now())
    answer = sandbox.client.get("/mail", headers={"accept": "application/json"})
    return list(answer.json()["items"])


async def _tell(office: Office, crier: Crier, after: timedelta) -> int:
    now = office.parts.clock.now()
    return await crier.tell_due(now, office.parts.clock.business_now() + after)


async def _install(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    member_id = sandbox.ready["portals"][0]["member_id"]
    form = sandbox.control("grant", {"provider": "bitrix24", "member_id": member_id})
    await connect_bitrix24.connect(office.parts.connecting, tenant.tenant_id, form, PONTE)


async def test_ten_workers_that_find_an_expired_token_make_one_call(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account
) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE account SET expires_at = now() - interval '1 minute'")
    before, parts = len(oauth_calls(sandbox)), office.parts
    async with httpx.AsyncClient(trust_env=False) as http:
        workers = [
            Connections(parts.settings, parts.database, parts.redis, http, parts.vault, parts.clock)
            for _ in range(10)
        ]
        found = await asyncio.gather(
            *(worker.bling_tokens(tenant.tenant_id, account.id).token() for worker in workers)
        )
    assert len(set(found)) == 1
    assert len(oauth_calls(sandbox)) == before + 1


async def test_an_account_in_use_is_not_tried(office: Office, account: Account, checkups: Checkups) -> None:
    assert await checkups.next_account(office.parts.clock.now() + IDLE / 2) is None


async def test_an_idle_account_is_tried_once_a_day(
    office: Office, sandbox: Sandbox, account: Account, checkups: Checkups
) -> None:
    tomorrow = office.parts.clock.now() + IDLE + timedelta(minutes=1)
    sandbox.control("calls", method="DELETE")
    tried = await checkups.next_account(tomorrow)
    assert tried is not None
    assert tried.account_id == account.id
    assert await checkups.next_account(tomorrow) is None
    assert len(sandbox.control("calls?provider=bling", method="GET")) == 1
    assert await _state(office, account) == "connected"


async def test_trying_renews_a_token_that_ages(
    office: Office, sandbox: Sandbox, account: Account, checkups: Checkups
) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE account SET expires_at = now() - interval '20 days'")
    (before,) = await office.rows("account")
    await checkups.next_account(office.parts.clock.now() + timedelta(days=20))
    (after,) = await office.rows("account")
    assert after["token_version"] == before["token_version"] + 1
    assert after["refresh_token"] != before["refresh_token"]


async def test_trying_finds_who_left_us(
    office: Office, sandbox: Sandbox, account: Account, checkups: Checkups
) -> None:
    sandbox.control("clock", {"advance_s": 31 * 86_400})
    await checkups.next_account(office.parts.clock.now() + IDLE * 2)
    assert await _state(office, account) == "needs_reconnect"
    assert [row["cause"] for row in await office.rows("alert")] == [f"bling:{account.id}"]


@pytest.mark.parametrize(
    ("status", "error", "state"),
    [
        (401, "UNAUTHORIZED_ERROR", "inactive"),
        (403, "insufficient_scope", "scope_missing"),
        (500, "SERVER_ERROR", "connected"),
    ],
)
async def test_each_state_is_found_by_trying(
    office: Office,
    sandbox: Sandbox,
    account: Account,
    checkups: Checkups,
    status: int,
    error: str,
    state: str,
) -> None:
    fault = {"provider": "bling", "method": "empresas", "status": status, "error": error, "times": 1}
    sandbox.control("faults", fault)
    await checkups.next_account(office.parts.clock.now() + IDLE * 2)
    assert await _state(office, account) == state


#: Bling's answer for a company that is inactive.
EMPRESA_INATIVA = {**EMPRESAS, "status": 401, "error": "UNAUTHORIZED_ERROR"}


async def _inactive(office: Office, account: Account, tenant: Customer) -> None:
    """Found so, with a change that waits for it."""
    found = ConnectionState.INACTIVE
    await office.parts.connections.broken(tenant.tenant_id, Provider.BLING, account.id, found, "inativa")
    await office.bling_sends(message(account.company_id))
    async with office.database.system() as conn:
        await conn.execute(
            "UPDATE inbox SET due_at = NULL, outcome = 'held', reason = 'inactive' WHERE account_id = $1",
            account.id,
        )


def _later(office: Office, hours: float) -> datetime:
    return office.parts.clock.business_now() + timedelta(hours=hours)


async def test_a_company_that_is_active_again_is_found_and_told(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account, checkups: Checkups, crier: Crier
) -> None:
    await _inactive(office, account, tenant)
    await _tell(office, crier, timedelta(minutes=16))
    assert await checkups.next_account(_later(office, 5)) is None
    assert await checkups.next_account(_later(office, 7)) is not None
    assert await _state(office, account) == "connected"
    (waiting,) = await office.rows("inbox")
    assert waiting["due_at"] is not None
    assert "bling.restored" in {row["action"] for row in await office.rows("audit")}
    await _tell(office, crier, timedelta(minutes=17))
    subjects = [mail["subject"] for mail in await _mails(office, sandbox)]
    assert sum(subject.startswith("Resolvido") for subject in subjects) == 1
    assert await office.rows("alert") == []


async def test_a_company_that_is_still_inactive_is_tried_now_and_then(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account, checkups: Checkups
) -> None:
    await _inactive(office, account, tenant)
    sandbox.control("faults", EMPRESA_INATIVA)
    assert await checkups.next_account(_later(office, 7)) is not None
    assert await _state(office, account) == "inactive"
    assert await checkups.next_account(_later(office, 8)) is None
    (waiting,) = await office.rows("inbox")
    assert waiting["due_at"] is None
    assert await checkups.next_account(_later(office, 14)) is not None
    assert await _state(office, account) == "connected"


async def test_trying_an_inactive_company_renews_its_tokens_first(
    office: Office, tenant: Customer, account: Account, checkups: Checkups
) -> None:
    await _inactive(office, account, tenant)
    async with office.database.system() as conn:
        await conn.execute("UPDATE account SET expires_at = now() - interval '1 hour'")
    (before,) = await office.rows("account")
    await checkups.next_account(_later(office, 7))
    (after,) = await office.rows("account")
    assert (after["state"], after["token_version"]) == ("connected", before["token_version"] + 1)


async def test_an_inactive_company_that_let_us_go_needs_a_person(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account, checkups: Checkups
) -> None:
    await _inactive(office, account, tenant)
    sandbox.control("clock", {"advance_s": 31 * 86_400})
    await checkups.next_account(_later(office, 31 * 24))
    assert await _state(office, account) == "needs_reconnect"


async def test_nothing_else_uses_the_tokens_of_an_inactive_company(
    office: Office, tenant: Customer, account: Account
) -> None:
    await _inactive(office, account, tenant)
    tokens = office.parts.connections.bling_tokens(tenant.tenant_id, account.id)
    with pytest.raises(Disconnected):
        await tokens.token()


async def test_who_disconnected_is_not_broken(office: Office, tenant: Customer, account: Account) -> None:
    await connect_bling.disconnect(office.parts.connecting, tenant.tenant_id, account.id, PONTE)
    await _broken(office, account, tenant)
    assert await _state(office, account) == "none"
    assert not await office.rows("alert")


async def test_a_portals_tokens_are_renewed_once_before_their_end_and_never_sooner(
    office: Office, sandbox: Sandbox, tenant: Customer, checkups: Checkups
) -> None:
    await _install(office, sandbox, tenant)
    (before,) = await office.rows("portal")
    now = office.parts.clock.now()
    assert await checkups.ageing_portals(now + PORTAL_IDLE / 2) == 0
    assert await checkups.ageing_portals(now + PORTAL_IDLE + IDLE) == 1
    assert await checkups.ageing_portals(now + PORTAL_IDLE + IDLE) == 0
    (after,) = await office.rows("portal")
    assert after["token_version"] == before["token_version"] + 1


async def test_people_are_told_once_after_a_quarter_of_an_hour(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account, crier: Crier
) -> None:
    for _ in range(3):
        await _broken(office, account, tenant)
    assert await _tell(office, crier, timedelta(minutes=14)) == 0
    assert await _tell(office, crier, timedelta(minutes=16)) == 1
    assert await _tell(office, crier, timedelta(minutes=17)) == 0
    (mail,) = await _mails(office, sandbox)
    assert mail["to"] == tenant.email
    assert "expirou" in mail["subject"]
    assert "/configuracao/conexoes" in mail["text"]


async def test_reminders_come_on_the_first_third_and_seventh_day(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account, crier: Crier
) -> None:
    await _broken(office, account, tenant)
    told = [await _tell(office, crier, timedelta(hours=hours)) for hours in range(1, 24 * 30, 12)]
    assert sum(told) == 4
    assert len(await _mails(office, sandbox)) == 4


async def test_what_passes_by_itself_is_told_to_nobody(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account, crier: Crier
) -> None:
    await _broken(office, account, tenant)
    await connected(office, sandbox, tenant)
    assert await _tell(office, crier, timedelta(minutes=16)) == 0
    assert await _mails(office, sandbox) == []
    assert not await office.rows("alert")


async def test_the_end_is_told_to_who_was_told_the_beginning(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account, crier: Crier
) -> None:
    await _broken(office, account, tenant)
    await _tell(office, crier, timedelta(minutes=16))
    await connected(office, sandbox, tenant)
    assert await _tell(office, crier, timedelta(minutes=1)) == 1
    subjects = sorted(mail["subject"].partition(" ")[0] for mail in await _mails(office, sandbox))
    assert subjects == ["A", "Resolvido:"]
    assert not await office.rows("alert")


async def test_bitrix24_is_told_too_and_a_dead_portal_is_not_asked(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account, crier: Crier
) -> None:
    await _install(office, sandbox, tenant)
    await _broken(office, account, tenant)
    await _tell(office, crier, timedelta(minutes=16))
    methods = [call["method"] for call in sandbox.control("calls?provider=bitrix24", method="GET")]
    assert methods.count("im.notify.system.add") == 1
    state = ConnectionState.UNINSTALLED
    await office.parts.connections.broken(tenant.tenant_id, Provider.BITRIX24, None, state, "gone")
    sandbox.control("calls", method="DELETE")
    assert await _tell(office, crier, timedelta(minutes=16)) == 1
    assert sandbox.control("calls?provider=bitrix24", method="GET") == []


class _LateReader(BlingPlace):
    """Holds the row as it was before another process refreshed: its lock was lost with its connection."""

    def __init__(self, stale: Account, *known: Any) -> None:
        super().__init__(*known)
        self._account = stale
        self.before_renewing: Callable[[], Awaitable[str]] | None = None

    async def renew(self, pair: Pair) -> Pair:
        """Too late: the other one was quicker."""
        assert self.before_renewing is not None
        await self.before_renewing()
        return await super().renew(pair)

    async def lock(self, conn: Any) -> Account:
        """The old row."""
        assert self._account is not None
        return self._account


async def test_after_a_refused_refresh_a_newer_pair_is_looked_for(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account
) -> None:
    parts, known = office.parts, (tenant.tenant_id, account.id)
    quicker = parts.connections.bling_tokens(*known)
    old = await quicker.token()
    async with office.database.tenant(tenant.tenant_id) as conn:
        stale = await rows.account(conn, *known)
    assert stale is not None
    broken = partial(parts.connections.broken, tenant.tenant_id, Provider.BLING, account.id)
    late = _LateReader(stale, parts.database, *known, parts.connections.app_of, broken)
    tokens = Tokens(late, parts.vault, asyncio.Semaphore(1))
    late.before_renewing = lambda: quicker.renewed(old)
    assert await tokens.renewed(old) == await quicker.token() != old
    assert [call["status"] for call in oauth_calls(sandbox)][-2:] == [200, 400]
    assert await _state(office, account) == "connected"


async def test_a_revoked_connection_is_found_by_its_first_use(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account
) -> None:
    tokens = office.parts.connections.bling_tokens(tenant.tenant_id, account.id)
    old = await tokens.token()
    sandbox.control("clock", {"advance_s": 31 * 86_400})
    with pytest.raises(Disconnected):
        await tokens.renewed(old)
    assert await _state(office, account) == "needs_reconnect"
