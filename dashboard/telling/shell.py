"""Rail and banner."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from connector.store.connections import Portal
from dashboard.reader import _
from dashboard.telling.known import Surroundings
from dashboard.telling.notices import notices
from dashboard.telling.visit import visit_notice
from dashboard.views.parts import Nav, Notice, Shell


def shell(around: Surroundings, path: str) -> Shell:
    """What stands around the screen at this path (with its query: the preferences lead back to it)."""
    return Shell(
        links=_links(urlsplit(path).path),
        tenant=around.viewer.tenant_name,
        portal=domain(around.portal),
        person=around.viewer.name or around.viewer.email,
        path=path,
        several=around.viewer.tenants > 1,
        visiting=around.viewer.visit is not None,
        notices=(
            *visit_notice(around.viewer),
            *(_away_from(notice, path) for notice in notices(around)),
        ),
    )


def _away_from(notice: Notice, path: str) -> Notice:
    """Without the action that leads to the screen that is looked at already."""
    here = notice.action is not None and notice.action.url == urlsplit(path).path
    return msgspec.structs.replace(notice, action=None) if here else notice


def domain(portal: Portal | None) -> str:
    """The portal's address as people know it; empty without one."""
    return (urlsplit(portal.client_endpoint).netloc or portal.member_id) if portal else ""


def _links(path: str) -> tuple[Nav, ...]:
    settings = (
        _part(_("Conexões"), "/configuracao/conexoes", path),
        _part(_("Produto"), "/configuracao/produto", path),
        _part(_("Pedido"), "/configuracao/pedido", path),
        _part(_("Proteção"), "/configuracao/protecao", path),
    )
    return (
        Nav(label=_("Visão geral"), url="/", icon="layout-dashboard", current=path == "/"),
        Nav(
            label=_("Configuração"),
            url="/configuracao/conexoes",
            icon="sliders-horizontal",
            current=any(link.current for link in settings),
            inside=settings,
        ),
        Nav(label=_("Eventos"), url="/eventos", icon="activity", current=path.startswith("/eventos")),
        Nav(
            label=_("Importação"),
            url="/importacao",
            icon="cloud-download",
            current=path.startswith("/importacao"),
        ),
        Nav(label=_("Licença"), url="/licenca", icon="credit-card", current=path.startswith("/licenca")),
        Nav(label=_("Equipe"), url="/equipe", icon="users", current=path.startswith("/equipe")),
        Nav(label=_("Ajuda"), url="/ajuda", icon="life-buoy", current=path.startswith("/ajuda")),
    )


def _part(label: str, url: str, path: str) -> Nav:
    return Nav(label=label, url=url, current=path == url)
