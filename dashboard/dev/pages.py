"""`/dev/components`: the components on one page, the screens one by one."""

from __future__ import annotations

from datetime import UTC, datetime

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from dashboard.dev import sample_events, sample_overview, sample_shell
from dashboard.dev.screens import SCREENS
from dashboard.reader import Language, Reader, Theme, reading
from dashboard.rendering import page
from dashboard.views.parts import Notice

EXPIRED = Notice(
    tone="need",
    fact="A conexão com o Bling expirou.",
    next_step="Reconecte para liberar 37 alterações que estão aguardando.",
)


@get("/dev/components", include_in_schema=False, sync_to_thread=False)
def components(
    language: FromQuery[Language] = Language.PORTUGUESE, theme: FromQuery[Theme] = Theme.SYSTEM
) -> Response[str]:
    """All components in all their states."""
    reading(Reader(language=language, theme=theme, now=datetime.now(UTC)))
    shown = {
        "shell": sample_shell.shell("/dev/components"),
        "sample": sample_shell,
        "view_chart": sample_overview.overview_well().chart,
        "dry_run": sample_events.SIMULATION,
        "screens": tuple(SCREENS),
        "invented": True,
    }
    return page("components.html", shown)


@get("/dev/components/{name:str}", include_in_schema=False, sync_to_thread=False)
def screen(
    name: FromPath[str],
    language: FromQuery[Language] = Language.PORTUGUESE,
    theme: FromQuery[Theme] = Theme.SYSTEM,
) -> Response[str]:
    """One screen with invented content."""
    if name not in SCREENS:
        raise NotFoundException
    reading(Reader(language=language, theme=theme, now=datetime.now(UTC)))
    template, context = SCREENS[name]()
    notices = (EXPIRED,) if name == "eventos" else ()
    shell = sample_shell.shell(f"/dev/components/{name}", *notices)
    return page(template, context | {"shell": shell, "invented": True})


handlers: list[ControllerRouterHandler] = [components, screen]
