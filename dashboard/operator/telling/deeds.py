"""What operators did, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from connector.store.operator_tenants import Trouble
from connector.store.operators import Deed
from dashboard.operator.telling import words
from dashboard.operator.telling.tenants import TROUBLES
from dashboard.operator.views import DeedLine, Deeds
from dashboard.reader import N_, _

PATH = "/operator/auditoria"
ACTIONS = {
    "operator.added": N_("passou a operar a Ponte"),
    "operator.renewed": N_("recebeu senha e segredo novos"),
    "session.opened": N_("entrou"),
    "session.closed": N_("saiu"),
    "visit.begun": N_("visitou"),
    "visit.ended": N_("encerrou a visita a"),
    "tenant.paused": N_("pausou"),
    "tenant.resumed": N_("retomou"),
    "tenants.exported": N_("exportou a lista de clientes"),
    "licence.granted": N_("deu uma licença a"),
    "licence.ended": N_("encerrou a licença dada a"),
    "messages.claimed": N_("entregou avisos a"),
    "unclaimed.discarded": N_("descartou avisos sem dono"),
    "quarantined.tried": N_("repetiu um aviso da quarentena"),
    "quarantined.discarded": N_("descartou um aviso da quarentena"),
    "events.revived": N_("repetiu eventos parados"),
}
#: What of an entry is worth a line, in this order.
SHOWN = ("reason", "filter", "plan", "until", "note", "company", "messages", "events")


def deed(one: Deed) -> DeedLine:
    """One line."""
    about_url = f"/operator/clientes/{one.about}" if one.about and one.about_name else ""
    gone = _("cliente apagado") if one.about else ""
    return DeedLine(
        at=one.at,
        actor=one.actor,
        what=_(ACTIONS[one.action]) if one.action in ACTIONS else one.action,
        detail=_detail(one.detail),
        about=one.about_name or gone,
        about_url=about_url,
    )


def deeds(rows: list[Deed], page: int, about: UUID | None) -> Deeds:
    """A page of them."""
    shown = rows[:page]
    query = {"cliente": str(about)} if about else {}
    older = f"{PATH}?{urlencode({**query, 'depois': str(shown[-1].id)})}" if len(rows) > page else ""
    name = next((one.about_name for one in shown if one.about_name), "") if about else ""
    return Deeds(rows=tuple(deed(one) for one in shown), older=older, about=name or "")


def _detail(found: Mapping[str, Any]) -> str:
    return " · ".join(_word(name, found[name]) for name in SHOWN if found.get(name))


def _word(name: str, value: object) -> str:
    match name:
        case "plan":
            return words.plan(str(value))
        case "filter" if value in TROUBLES:
            return _(TROUBLES[Trouble(str(value))][0])
        case "until":
            return _("até %(date)s") % {"date": str(value)[:10]}
        case "messages":
            return _("%(count)s avisos") % {"count": value}
        case "events":
            return _("%(count)s registros") % {"count": value}
        case _:
            return str(value)
