"""The public status page: is Ponte working? Nothing about any tenant."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from dashboard import formats
from dashboard.reader import _, reader
from dashboard.views.help import StatusPage, StatusPart
from dashboard.views.parts import Chip

#: An event that is due waits this long at most while the workers keep up.
SLOW = timedelta(minutes=2)
#: Silence that is worth a word: nights and Sundays are quiet.
QUIET = timedelta(hours=24)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at; a part that did not answer knows nothing."""

    database: bool
    redis: bool
    #: When the most overdue event was due.
    overdue_at: datetime | None = None
    bling_at: datetime | None = None
    #: Bling usually sends something that it does not send now.
    bling_silent: bool = False
    bitrix24_at: datetime | None = None


def status(known: Known) -> StatusPage:
    """The whole page."""
    works, slow = known.database and known.redis, _is_slow(known)
    if not works:
        sentence, chip = _("A Ponte está com um problema. Já estamos nele."), Chip(_("Problema"), "need")
    elif slow or known.bling_silent:
        sentence, chip = _("A Ponte está no ar, com demora."), Chip(_("Com demora"), "wait")
    else:
        sentence, chip = _("A Ponte está no ar."), Chip(_("No ar"), "ok")
    return StatusPage(sentence=sentence, chip=chip, parts=_parts(known), at=reader().now)


def _is_slow(known: Known) -> bool:
    return known.overdue_at is not None and reader().now - known.overdue_at > SLOW


def _parts(known: Known) -> tuple[StatusPart, ...]:
    return (
        StatusPart(
            name=_("Telas e API"), sentence=_("Você está lendo esta página."), chip=Chip(_("No ar"), "ok")
        ),
        _part(_("Banco de dados"), _("Guarda cada aviso antes de responder."), works=known.database),
        _queue(known),
        _bling(known),
        _bitrix24(known),
    )


def _part(name: str, sentence: str, *, works: bool) -> StatusPart:
    chip = Chip(_("No ar"), "ok") if works else Chip(_("Fora do ar"), "need")
    return StatusPart(name=name, sentence=sentence, chip=chip)


def _queue(known: Known) -> StatusPart:
    name = _("Fila de sincronização")
    if not known.redis or not known.database:
        return _part(name, works=False, sentence=_("O que mudar fica guardado e passa depois."))
    if known.overdue_at is not None and _is_slow(known):
        since = _("A mudança mais antiga espera desde %(time)s.") % {
            "time": formats.date_time(known.overdue_at)
        }
        return StatusPart(name=name, sentence=since, chip=Chip(_("Com demora"), "wait"))
    return _part(name, works=True, sentence=_("Nada espera além do normal."))


def _bling(known: Known) -> StatusPart:
    heard = _heard(known.bling_at, _("Último aviso recebido em %(time)s."))
    if known.bling_silent:
        return StatusPart(name="Bling ERP", sentence=heard, chip=Chip(_("Em silêncio"), "wait"))
    return StatusPart(name="Bling ERP", sentence=heard, chip=_chip(known.bling_at))


def _bitrix24(known: Known) -> StatusPart:
    heard = _heard(known.bitrix24_at, _("Última resposta do servidor de acesso em %(time)s."))
    return StatusPart(name="Bitrix24", sentence=heard, chip=_chip(known.bitrix24_at))


def _heard(at: datetime | None, text: str) -> str:
    return _("Nada foi ouvido nos últimos dias.") if at is None else text % {"time": formats.date_time(at)}


def _chip(at: datetime | None) -> Chip:
    """Grey where we cannot know."""
    recent = at is not None and reader().now - at < QUIET
    return Chip(_("Respondendo"), "ok") if recent else Chip(_("Sem notícia"))
