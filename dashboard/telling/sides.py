"""Registro: what both sides hold at this moment, in words."""

from __future__ import annotations

from connector.domain.events import Kind
from connector.sync.runs.sides import SideField
from connector.sync.runs.sides import Sides as Seen
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.telling import reasons
from dashboard.telling.field_words import FieldWords
from dashboard.telling.reconciliation import WHATS, WHYS
from dashboard.views.parts import Chip
from dashboard.views.record import SideLine, Sides


def not_asked(url: str) -> Sides:
    """Only the button."""
    return Sides(url=url)


def sides(seen: Seen | None, url: str, known: FieldWords, kind: Kind) -> Sides:
    """What was seen, or that nobody answered."""
    if seen is None:
        text = _("O Bling ou o Bitrix24 não respondeu a tempo. Tente de novo em um minuto.")
        return Sides(url=url, said=text)
    return Sides(
        url=url,
        at=seen.at,
        lines=tuple(_line(one, known) for one in seen.fields),
        chip=_chip(seen),
        said=_said(seen, kind),
    )


def _line(one: SideField, known: FieldWords) -> SideLine:
    if one.kept:
        told = Chip(_("mantido como está"))
    else:
        told = Chip(_("igual"), "ok") if one.equal else Chip(_("difere"), "wait")
    return SideLine(
        name=known.title(one.field),
        bling=known.value(one.field, one.bling),
        bitrix24=known.value(one.field, one.bitrix24),
        chip=told,
    )


def _chip(seen: Seen) -> Chip | None:
    different = sum(not one.equal for one in seen.fields)
    if different:
        return Chip(plural("%(num)s campo difere", "%(num)s campos diferem", different), "wait")
    if seen.what is not None:
        return Chip(_(WHATS[seen.what]), "wait")
    return Chip(_("Iguais"), "ok") if seen.fields else None


def _said(seen: Seen, kind: Kind) -> str:
    """Why they differ or take no part; and how old it is, where a vendor is silent now."""
    told = reasons.told(seen.reason, kind)
    why = _(WHYS[seen.why]) if seen.why is not None else told.sentence if told is not None else ""
    if not seen.stale:
        return why
    old = _("O Bling ou o Bitrix24 não respondeu agora. Isto é o que foi visto %(ago)s.")
    return f"{old % {'ago': formats.ago(seen.at)}} {why}".rstrip()
