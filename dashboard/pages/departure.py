"""What only an owner does: take the company's data along, leave, and stay after all."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from connector.account import export, leaving
from dashboard.pages import team as screen
from dashboard.reader import _
from dashboard.telling.team import Answer
from server.parts import Used
from server.sessions import Viewing, owners_only

Visit = Request[Any, Any, Any]


class Named(msgspec.Struct, frozen=True):
    """The company's name, typed by whoever means it."""

    company: str = ""


NamedForm = Annotated[Named, Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/equipe/exportar", guards=[owners_only], status_code=200)
async def export_data(viewer: Viewing, parts: Used) -> Stream:
    """All of the company's data, as it is read."""
    now = parts.clock.now()
    await export.announce(parts.database, viewer, now)
    name = f"ponte-{now:%Y-%m-%d}.zip"
    return Stream(
        export.export(parts.database, viewer.tenant_id, now),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@post("/equipe/encerrar", guards=[owners_only])
async def leave_ponte(data: NamedForm, viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """The company leaves, if its name was typed: thirty days to come back."""
    if data.company.strip().casefold() != viewer.tenant_name.strip().casefold():
        refused = Answer(leave_error=_("Escreva o nome da empresa como aparece aqui."))
        return await screen.show(viewer, parts, request, refused, 422)
    await leaving.leave(parts.database, viewer, parts.clock.now(), parts.clock.business_now())
    return screen.done("encerrada")


@post("/equipe/ficar", guards=[owners_only])
async def stay(viewer: Viewing, parts: Used) -> Response[Any]:
    """They stay, and what waited goes on."""
    async with parts.database.system() as conn:
        stays = await leaving.come_back(conn, viewer.tenant_id, viewer.actor, parts.clock.now())
    if stays:
        await parts.engine.waker.wake([viewer.tenant_id])
    return screen.done("ficou" if stays else "")


handlers: list[ControllerRouterHandler] = [export_data, leave_ponte, stay]
