"""The banner over every page that an operator sees of a tenant's."""

from __future__ import annotations

from connector.account.people import Viewer
from dashboard import formats
from dashboard.reader import _
from dashboard.views.parts import Action, Notice

END = "/visita/encerrar"


def visit_notice(viewer: Viewer) -> tuple[Notice, ...]:
    """Whose screens these are, what may be done, until when; nothing for the tenant's own people."""
    visit = viewer.visit
    if visit is None:
        return ()
    rights = (
        _("Você pode mudar opções, porque a empresa permite.")
        if visit.may_change
        else _("Você só pode olhar.")
    )
    until = _("A visita acaba às %(time)s.") % {"time": f"{formats.local(visit.ends_at):%H:%M}"}
    fact = _("Você está visitando %(company)s.") % {"company": viewer.tenant_name}
    leave = Action(label=_("Encerrar a visita"), url=END, posts=True)
    return (Notice(tone="info", fact=fact, next_step=f"{rights} {until}", action=leave),)
