"""Ponte's tab in a deal's card: bound with the app, opened by the portal, showing what the deal came from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar

from connector.account.deal_tab import PLACEMENT, deal_of
from connector.domain.events import Kind, RecordKey, RecordState
from connector.settings import Settings
from connector.store import links
from connector.store.ids import new_id
from connector.store.links import Link
from tests.support.apps import whole_app
from tests.support.frame import Frame, ancestors
from tests.support.office import Office, running
from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

DEAL = 4711


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    app = whole_app(settings)
    async with running(app):
        yield app


@pytest.fixture
async def frame(office: Office, sandbox: Sandbox) -> Frame:
    """The spare portal, connected from inside."""
    frame = Frame(office.client, sandbox)
    await frame.submit(await frame.open(), "/bitrix24/continuar")
    return frame


@pytest.fixture
def portal(sandbox: Sandbox) -> Portal:
    """The same portal, as an outsider calls it."""
    return Portal(sandbox, 2)


def _bound(portal: Portal) -> list[tuple[str, str]]:
    return [(row["placement"], row["handler"]) for row in portal.call("placement.get")]


def _tab(frame: Frame, options: str) -> dict[str, str]:
    return {**frame.form(), "PLACEMENT": PLACEMENT, "PLACEMENT_OPTIONS": options}


async def _linked(office: Office, kind: Kind, label: str, bitrix_id: int = DEAL) -> Link:
    """A record of the only tenant that became this deal."""
    (tenant,) = await office.rows("tenant")
    at: datetime = office.parts.clock.now()
    link = Link(
        record=RecordKey(kind, new_id(at), 900_000 + len(label)),
        bitrix_id=bitrix_id,
        shape="deal",
        label=label,
        state=RecordState.IN_STEP,
        synced_at=at,
        created_at=at,
        updated_at=at,
    )
    async with office.database.tenant(tenant["tenant_id"]) as conn:
        await links.save(conn, tenant["tenant_id"], [link])
    return link


async def _event(office: Office, tenant_id: UUID, link: Link) -> UUID:
    """A settled event of the record."""
    id_, at = new_id(), office.parts.clock.now()
    values: dict[str, Any] = {
        **{"tenant_id": tenant_id, "id": id_, "kind": link.record.kind, "account_id": link.record.account_id},
        **{"bling_id": link.record.bling_id, "bitrix_id": DEAL, "label": link.label, "source": "bling"},
        **{"action": "created", "provider_event_id": str(id_), "received_at": at, "settled_at": at},
        **{"attempts": 0, "outcome": "created", "body": b"{}"},
    }
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    async with office.database.system() as conn:
        await conn.execute(f"INSERT INTO event ({', '.join(values)}) VALUES ({places})", *values.values())
    return id_


async def test_the_tab_is_bound_with_the_app_once(
    frame: Frame, office: Office, portal: Portal, settings: Settings
) -> None:
    assert _bound(portal) == [(PLACEMENT, f"{settings.app_url}/bitrix24/app")]
    frame.sandbox.control("calls", method="DELETE")
    await frame.open()
    methods = [row["method"] for row in frame.sandbox.control("calls?provider=bitrix24", method="GET")]
    assert "placement.bind" not in methods


async def test_what_an_update_took_away_is_bound_again(
    frame: Frame, office: Office, portal: Portal, settings: Settings
) -> None:
    portal.call("placement.unbind", PLACEMENT=PLACEMENT)
    assert _bound(portal) == []
    await frame.open()
    assert len(_bound(portal)) == 1


async def test_a_portal_that_refuses_the_tab_is_connected_all_the_same(
    office: Office, sandbox: Sandbox, portal: Portal
) -> None:
    fault = {"provider": "bitrix24", "method": "placement.bind", "status": 403, "error": "insufficient_scope"}
    sandbox.control("faults", {**fault, "times": 5})
    frame = Frame(office.client, sandbox)
    await frame.submit(await frame.open(), "/bitrix24/continuar")
    assert [row["state"] for row in await office.rows("portal")] == ["connected"]
    assert _bound(portal) == []


async def test_the_tab_leads_to_its_deal(frame: Frame, office: Office) -> None:
    link = await _linked(office, Kind.ORDER, "Pedido 1042")
    (tenant,) = await office.rows("tenant")
    event = await _event(office, tenant["tenant_id"], link)
    answer = await frame.open(form=_tab(frame, f'{{"ID":"{DEAL}"}}'))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/negocio/{DEAL}")
    shown = await frame.get(answer.headers["location"])
    assert ancestors(shown) == f"'self' {frame.sandbox.url}"
    for words in ("Pedido 1042", f"nº {link.record.bling_id} no Bling", "Em dia", f"/eventos/{event}"):
        assert words in shown.text


async def test_an_order_and_its_sale_stand_together(frame: Frame, office: Office) -> None:
    await _linked(office, Kind.ORDER, "Pedido 1042")
    await _linked(office, Kind.SALE, "Nota 77")
    shown = (await frame.get(f"/negocio/{DEAL}")).text
    assert "Pedido 1042" in shown
    assert "Nota 77" in shown
    assert "Nenhum evento guardado" in shown


async def test_a_deal_that_ponte_never_saw_says_so(frame: Frame, office: Office) -> None:
    await _linked(office, Kind.PRODUCT, "Um produto com o mesmo número")
    shown = await frame.get(f"/negocio/{DEAL}")
    assert (shown.status_code, "não veio do Bling" in shown.text) == (200, True)


@pytest.mark.parametrize(
    "options",
    [
        "",
        "{",
        "[]",
        '"45"',
        "{}",
        '{"ID":"x"}',
        '{"ID":-1}',
        '{"ID":"0"}',
        '{"ID":"99999999999999999999999"}',
    ],
)
async def test_odd_options_open_the_app_itself(frame: Frame, options: str) -> None:
    answer = await frame.open(form=_tab(frame, options))
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("name", ["0", "-1", "x", "1" * 30, "9223372036854775808", "٤"])
async def test_what_is_no_deals_number_is_not_found(frame: Frame, name: str) -> None:
    assert (await frame.get(f"/negocio/{name}")).status_code == 404


async def test_a_forged_tab_opens_nothing(frame: Frame) -> None:
    form = _tab(frame, f'{{"ID":"{DEAL}"}}') | {"AUTH_ID": "forged", "REFRESH_ID": "forged"}
    assert (await Frame(frame.client, frame.sandbox).open(form=form)).status_code == 403


def test_only_the_deals_own_tab_names_a_deal() -> None:
    options = f'{{"ID":{DEAL}}}'
    assert deal_of({"PLACEMENT": PLACEMENT, "PLACEMENT_OPTIONS": options}) == DEAL
    assert deal_of({"PLACEMENT": "DEFAULT", "PLACEMENT_OPTIONS": options}) is None
