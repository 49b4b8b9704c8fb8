"""The products that an ambiguous record may become, in words."""

from __future__ import annotations

from collections.abc import Sequence

from connector.account.people import Viewer
from connector.domain.events import Kind, Reason
from connector.store.links import Link
from connector.sync.candidates import Candidate
from dashboard.reader import _
from dashboard.views import remedies as view


def choice_of(link: Link, viewer: Viewer) -> view.Choose | None:
    """The open question of a record that waits for a choice; None for all others."""
    if link.record.kind is not Kind.PRODUCT or link.reason is not Reason.AMBIGUOUS:
        return None
    return view.Choose(url=_url(link), rows=None, editable=viewer.may_change)


def asked(link: Link, viewer: Viewer, found: Sequence[Candidate], error: str = "") -> view.Choose:
    """With the portal's answer."""
    rows = tuple(_candidate(one, link) for one in found)
    return view.Choose(url=_url(link), rows=rows, error=error, editable=viewer.may_change)


def away(link: Link, viewer: Viewer, why: str) -> view.Choose:
    """The portal does not answer."""
    said = _("Não foi possível perguntar ao Bitrix24 agora: %(why)s.") % {"why": why.rstrip(".")}
    return view.Choose(url=_url(link), rows=None, said=said, editable=viewer.may_change)


def refused(code: str) -> str:
    """Why a choice was not taken."""
    return {
        "taken": _("Este produto já é o par de outro registro. Escolha outro, ou crie um novo."),
        "not_ambiguous": _("Este registro não espera mais uma escolha. Veja abaixo como ele está agora."),
    }.get(code, _("Esta escolha não vale mais. Veja a lista de novo."))


def _url(link: Link) -> str:
    return f"/registros/{link.record.kind}/{link.record.bling_id}"


def _candidate(one: Candidate, link: Link) -> view.Candidate:
    facts = [f"Bitrix24 {one.bitrix_id}", "" if one.active else _("inativo")]
    return view.Candidate(
        bitrix_id=str(one.bitrix_id),
        name=one.name,
        facts=" · ".join(fact for fact in facts if fact),
        why_not="" if one.is_free_for(link) else _why_not(one),
    )


def _why_not(one: Candidate) -> str:
    if one.taken_by is not None and one.taken_by.label:
        return _("já é o par de %(name)s") % {"name": one.taken_by.label}
    return _("já é o par do produto %(id)s do Bling") % {"id": one.link}
