"""What stands around every page."""

from __future__ import annotations

from urllib.parse import urlsplit

from connector.account.operators import Watcher
from dashboard.operator.views import House
from dashboard.reader import N_, _
from dashboard.views.parts import Nav

HOME = "/operator"
LINKS = (
    (HOME, N_("Clientes"), "building-2"),
    (f"{HOME}/filas", N_("Filas e limites"), "gauge"),
    (f"{HOME}/quarentena", N_("Quarentena"), "inbox"),
    (f"{HOME}/parados", N_("Eventos parados"), "circle-slash"),
    (f"{HOME}/pulso", N_("Pulso do Bling"), "radio-tower"),
    (f"{HOME}/receita", N_("Receita"), "wallet"),
    (f"{HOME}/auditoria", N_("Auditoria"), "scroll-text"),
)


def house(watcher: Watcher, path: str, said: str = "", refused: str = "") -> House:
    """Rail, and what came of the last form."""
    here = urlsplit(path).path
    return House(
        links=tuple(
            Nav(label=_(label), url=url, icon=icon, current=_is_at(here, url)) for url, label, icon in LINKS
        ),
        name=watcher.name or watcher.email,
        path=path,
        said=said,
        refused=refused,
    )


def _is_at(here: str, url: str) -> bool:
    if url == HOME:
        return here == HOME or here.startswith(f"{HOME}/clientes")
    return here.startswith(url)
