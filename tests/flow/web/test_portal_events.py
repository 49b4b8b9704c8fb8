"""Events of the app in a portal: believed by the application token, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar
from structlog.testing import capture_logs

from connector.account.signup import NewPerson, create_person
from connector.settings import Settings
from tests.support.apps import whole_app
from tests.support.frame import Frame
from tests.support.office import Office, running
from tests.support.sandbox import Sandbox

DOOR = "/webhooks/bitrix24"


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


def _event(frame: Frame, event: str, **more: str) -> dict[str, str]:
    """A message as Bitrix24 sends it."""
    form = frame.form()
    names = {
        "access_token": "AUTH_ID",
        "refresh_token": "REFRESH_ID",
        "expires_in": "AUTH_EXPIRES",
        "server_endpoint": "SERVER_ENDPOINT",
        "application_token": "APPLICATION_TOKEN",
        "member_id": "member_id",
    }
    auth = {f"auth[{name}]": form[theirs] for name, theirs in names.items()}
    return {"event": event, "ts": "1", **auth, **more}


async def _send(office: Office, message: dict[str, str]) -> httpx.Response:
    return await office.client.post(DOOR, data=message)


async def _state(office: Office) -> str:
    (portal,) = await office.rows("portal")
    return str(portal["state"])


async def test_an_uninstalled_app_is_known_at_once(frame: Frame, office: Office) -> None:
    assert (await _send(office, _event(frame, "ONAPPUNINSTALL"))).status_code == 200
    (portal,) = await office.rows("portal")
    assert (portal["state"], portal["access_token"], portal["refresh_token"]) == ("uninstalled", None, None)
    assert await office.rows("session", "frame") == []
    assert len(await office.rows("portal_route")) == 1
    assert "bitrix24.uninstalled" in {row["action"] for row in await office.rows("audit")}
    (mark,) = await office.rows("erasure")
    assert (mark["why"], mark["due_at"] - mark["asked_at"]) == ("uninstalled", timedelta(days=30))


async def test_clean_marks_the_data_for_erasure(frame: Frame, office: Office) -> None:
    await _send(office, _event(frame, "ONAPPUNINSTALL", **{"data[CLEAN]": "1"}))
    assert await _state(office) == "uninstalled"
    assert await office.rows("portal_route") == []
    (mark,) = await office.rows("erasure")
    assert (mark["why"], mark["due_at"], mark["begun_at"]) == ("clean", mark["asked_at"], None)


async def test_who_can_come_in_another_way_has_not_left(frame: Frame, office: Office) -> None:
    """Only the app has gone: the company still signs in with a password."""
    (portal,) = await office.rows("portal")
    new = NewPerson(email="dona@loja.example", password="uma senha comprida", name="Dona")
    await create_person(office.database, portal["tenant_id"], new, office.parts.clock.now())
    await _send(office, _event(frame, "ONAPPUNINSTALL"))
    assert await office.rows("erasure") == []


async def test_installing_again_brings_it_back(frame: Frame, office: Office) -> None:
    await _send(office, _event(frame, "ONAPPUNINSTALL"))
    await frame.open("install")
    assert await _state(office) == "connected"
    assert await office.rows("erasure") == []
    assert [row["paused_at"] for row in await office.rows("tenant")] == [None]
    assert "tenant.stayed" in {row["action"] for row in await office.rows("audit")}


async def test_an_update_binds_the_handlers_again(frame: Frame, office: Office) -> None:
    frame.sandbox.client.post(f"/bitrix24/{frame.member_id}/acts/update-app").raise_for_status()
    frame.sandbox.control("calls", method="DELETE")
    assert (await _send(office, _event(frame, "ONAPPUPDATE"))).status_code == 200
    rows = frame.sandbox.control("calls?provider=bitrix24", method="GET")
    commands = [command for row in rows for command in row.get("commands") or ()]
    assert [command.partition("?")[0] for command in commands] == ["event.bind"] * 3


@pytest.mark.parametrize("token", ["", "forged", "é", "\ud800"], ids=["none", "wrong", "accent", "half"])
async def test_a_wrong_application_token_does_nothing(frame: Frame, office: Office, token: str) -> None:
    message = _event(frame, "ONAPPUNINSTALL") | {
        "auth[application_token]": token.encode("utf-8", "ignore").decode()
    }
    with capture_logs() as logs:
        assert (await _send(office, message)).status_code == 401
    assert "bitrix24_event_refused" in {line["event"] for line in logs}
    assert await _state(office) == "connected"


async def test_another_portals_token_does_nothing(frame: Frame, office: Office) -> None:
    other = _event(Frame(office.client, frame.sandbox, 3), "ONAPPUNINSTALL")
    assert (await _send(office, other | {"auth[member_id]": frame.member_id})).status_code == 401
    assert await _state(office) == "connected"


@pytest.mark.parametrize(("event", "status"), [("ONAPPUNINSTALL", 401), ("ONAPPINSTALL", 200)])
async def test_a_portal_that_nobody_has_changes_nothing(
    office: Office, sandbox: Sandbox, event: str, status: int
) -> None:
    message = _event(Frame(office.client, sandbox, 3), event)
    assert (await _send(office, message)).status_code == status
    assert await office.rows("portal_route") == []


async def test_an_installations_new_token_is_believed_with_proof(frame: Frame, office: Office) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE portal_route SET application_token = NULL")
    assert (await _send(office, _event(frame, "ONAPPUNINSTALL"))).status_code == 401
    assert (await _send(office, _event(frame, "ONAPPINSTALL"))).status_code == 200
    assert (await _send(office, _event(frame, "ONAPPUNINSTALL"))).status_code == 200


async def test_a_portal_connected_from_outside_tells_its_token_when_it_is_opened(
    frame: Frame, office: Office
) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE portal_route SET application_token = NULL")
    assert (await _send(office, _event(frame, "ONAPPUNINSTALL"))).status_code == 401
    await frame.open(form=frame.form(user_id=5))
    assert [row["application_token"] for row in await office.rows("portal_route")] == [None]
    await frame.open()
    assert (await _send(office, _event(frame, "ONAPPUNINSTALL"))).status_code == 200
    assert await _state(office) == "uninstalled"


async def test_an_opening_does_not_replace_a_token_that_is_known(frame: Frame, office: Office) -> None:
    (before,) = await office.rows("portal_route")
    await frame.open(claims={"APPLICATION_TOKEN": "forged"})
    (after,) = await office.rows("portal_route")
    assert after["application_token"] == before["application_token"]


async def test_an_installations_new_token_is_not_believed_without(frame: Frame, office: Office) -> None:
    message = _event(frame, "ONAPPINSTALL") | {
        "auth[application_token]": "mine",
        "auth[access_token]": "forged",
        "auth[refresh_token]": "forged",
    }
    assert (await _send(office, message)).status_code == 401
    assert (await _send(office, _event(frame, "ONAPPUNINSTALL"))).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"), [(b"a=b", 401), (b"", 401), (b"\xff", 422), (b"&".join([b"a=b"] * 600), 422)]
)
async def test_what_is_no_message_is_refused(office: Office, body: bytes, status: int) -> None:
    assert (await office.client.post(DOOR, content=body)).status_code == status


async def test_a_large_body_is_413(office: Office) -> None:
    assert (await office.client.post(DOOR, content=b"a=" + b"x" * 100_000)).status_code == 413
