"""Before a whole filter is run again: what it is, in words, and how much."""

from __future__ import annotations

from datetime import date

from connector.sync.replaying import Replayed
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.telling import reasons, words
from dashboard.telling.asked import Asked
from dashboard.views.events import Replaying
from dashboard.views.parts import Fact

#: The name of the form's field that makes two sendings one.
REQUEST = "pedido"


def replaying(asked: Asked, found: Replayed, replay: str, *, again: bool) -> Replaying:
    """The whole screen."""
    return Replaying(
        filters=_filters(asked),
        fields=(*(Fact(name, value) for name, value in asked.filters().items()), Fact(REQUEST, replay)),
        records=_records(found),
        limit=_limit(found),
        button=plural("Reprocessar %(num)s registro", "Reprocessar %(num)s registros", found.records),
        back=asked.url(),
        nothing=not found.records,
        again=_("Esta página estava aberta há muito tempo. Confira e confirme de novo.") if again else "",
    )


def _filters(asked: Asked) -> tuple[Fact, ...]:
    reason = reasons.told(asked.reason, asked.kind)
    facts = [
        Fact(_("Busca"), asked.search),
        Fact(_("Tipo"), words.kind(asked.kind) if asked.kind else ""),
        Fact(_("Resultado"), words.outcome(asked.outcome).label if asked.outcome else ""),
        Fact(_("Motivo"), reason.short if reason else ""),
        Fact(_("Origem"), words.source(asked.source) if asked.source else ""),
        Fact(_("De"), _day(asked.first)),
        Fact(_("Até"), _day(asked.last)),
    ]
    return tuple(fact for fact in facts if fact.value)


def _day(day: date | None) -> str:
    return formats.day(day.isoformat()) if day else ""


def _records(found: Replayed) -> str:
    if not found.records:
        return _("Nenhum evento concluído combina com este filtro.")
    return plural(
        "Os eventos deste filtro são de %(num)s registro.",
        "Os eventos deste filtro são de %(num)s registros.",
        found.records,
    )


def _limit(found: Replayed) -> str:
    if not found.more:
        return ""
    return _("Há eventos mais antigos, que ficam de fora desta vez. Para eles, escolha um período e repita.")
