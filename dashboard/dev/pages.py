"""`/dev/components`: the components on one page, the screens one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from dashboard.dev import (
    sample_deal,
    sample_events,
    sample_order,
    sample_overview,
    sample_product,
    sample_remedies,
    sample_settings,
    sample_shell,
)
from dashboard.reader import Language, Reader, Theme, reading
from dashboard.rendering import page
from dashboard.views.parts import Notice
from dashboard.views.public import Picture
from dashboard.views.sign_in import SignIn

EXPIRED = Notice(
    tone="need",
    fact="A conexão com o Bling expirou.",
    next_step="Reconecte para liberar 37 alterações que estão aguardando.",
)

Screen = Callable[[], tuple[str, dict[str, object]]]
SCREENS: dict[str, Screen] = {
    "visao-geral": lambda: ("overview.html", {"view": sample_overview.overview_well()}),
    "visao-geral-primeira": lambda: ("overview.html", {"view": sample_overview.overview_first()}),
    "conexoes": lambda: ("connections.html", {"view": sample_settings.connections_view()}),
    "produto": lambda: ("product.html", {"view": sample_product.full()}),
    "produto-vazio": lambda: ("product.html", {"view": sample_product.empty()}),
    "produto-leitura": lambda: ("product.html", {"view": sample_product.reading()}),
    "pedido": lambda: ("order.html", {"view": sample_order.order_view()}),
    "pedido-recusado": lambda: ("order.html", {"view": sample_order.refused()}),
    "pedido-leitura": lambda: ("order.html", {"view": sample_order.away()}),
    "pedido-vazio": lambda: ("order.html", {"view": sample_order.empty()}),
    "eventos": lambda: ("events.html", {"view": sample_events.events_view()}),
    "eventos-vazio": lambda: ("events.html", {"view": sample_events.events_view(rows=False)}),
    "evento": lambda: ("event.html", {"view": sample_events.event_view(failed=False), "dry_run": None}),
    "evento-falhou": lambda: (
        "event.html",
        {"view": sample_events.event_view(failed=True), "dry_run": sample_events.SIMULATION},
    ),
    "registros": lambda: ("records.html", {"view": sample_deal.records_view()}),
    "registros-motivo": lambda: ("records.html", {"view": sample_remedies.of_a_reason()}),
    "remedio": lambda: ("remedy.html", {"view": sample_remedies.confirm()}),
    "evento-pedido": lambda: ("event.html", {"view": sample_deal.created(), "dry_run": None}),
    "evento-pedido-alterado": lambda: ("event.html", {"view": sample_deal.changed(), "dry_run": None}),
    "evento-pedido-espera": lambda: ("event.html", {"view": sample_deal.held(), "dry_run": None}),
    "entrar": lambda: (
        "sign_in.html",
        {
            "view": SignIn(
                email="helena@aurora.example", error="E-mail e senha não conferem. Tente de novo."
            ),
            "picture": Picture(path="/dev/components/entrar"),
        },
    ),
}


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
    return page(template, context | {"shell": sample_shell.shell(f"/dev/components/{name}", *notices)})


handlers: list[ControllerRouterHandler] = [components, screen]
