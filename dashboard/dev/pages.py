"""`/dev/components`: the components on one page, the screens one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.types import ControllerRouterHandler

from dashboard.dev import samples
from dashboard.reader import Language, Reader, Theme, reading
from dashboard.rendering import page
from dashboard.views.parts import Notice
from dashboard.views.sign_in import SignIn

EXPIRED = Notice(
    tone="need",
    fact="A conexão com o Bling expirou.",
    next_step="Reconecte para liberar 37 alterações que estão aguardando.",
)

Screen = Callable[[], tuple[str, dict[str, object]]]
SCREENS: dict[str, Screen] = {
    "visao-geral": lambda: ("overview.html", {"view": samples.overview_well()}),
    "visao-geral-primeira": lambda: ("overview.html", {"view": samples.overview_first()}),
    "conexoes": lambda: ("connections.html", {"view": samples.connections_view()}),
    "produto": lambda: ("product.html", {"view": samples.product_view()}),
    "produto-leitura": lambda: ("product.html", {"view": samples.product_view(editable=False)}),
    "eventos": lambda: ("events.html", {"view": samples.events_view()}),
    "eventos-vazio": lambda: ("events.html", {"view": samples.events_view(rows=False)}),
    "evento": lambda: ("event.html", {"view": samples.event_view(failed=False), "dry_run": None}),
    "evento-falhou": lambda: ("event.html", {"view": samples.event_view(failed=True), "dry_run": samples.SIMULATION}),
    "entrar": lambda: ("sign_in.html", {"view": SignIn(email="helena@aurora.example", error="E-mail e senha não conferem. Tente de novo.")}),
}


@get("/dev/components", include_in_schema=False, sync_to_thread=False)
def components(language: Language = Language.PORTUGUESE, theme: Theme = Theme.SYSTEM) -> Response[str]:
    """All components in all their states."""
    reading(Reader(language=language, theme=theme, now=datetime.now(UTC)))
    return page("components.html", shell=samples.shell("/dev/components"), samples=samples, screens=tuple(SCREENS))


@get("/dev/components/{name:str}", include_in_schema=False, sync_to_thread=False)
def screen(name: str, language: Language = Language.PORTUGUESE, theme: Theme = Theme.SYSTEM) -> Response[str]:
    """One screen with invented content."""
    if name not in SCREENS:
        raise NotFoundException
    reading(Reader(language=language, theme=theme, now=datetime.now(UTC)))
    template, context = SCREENS[name]()
    notices = (EXPIRED,) if name == "eventos" else ()
    return page(template, shell=samples.shell(f"/dev/components/{name}", *notices), **context)


handlers: list[ControllerRouterHandler] = [components, screen]
