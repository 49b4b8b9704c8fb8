"""The way of an event: received, verified, queued or held, released, read, planned, written, settled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from connector.domain.events import Outcome, Source
from connector.domain.products import Change
from connector.domain.vendor import Call, Provider
from connector.store.history import EventDetail, SyncRow
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.telling import reasons, words
from dashboard.telling.changes import is_in_bling
from dashboard.views.event import Step

MS = timedelta(milliseconds=1)
#: Whoever waited longer was held, tried again, or behind many others.
LONG = timedelta(minutes=1)
#: Shorter holds are told nobody: somebody had just decided.
NOTICED = timedelta(seconds=1)


class _Held(NamedTuple):
    """A hold that is over."""

    reason: str
    since: datetime
    until: datetime


def way(
    event: EventDetail, sync: SyncRow | None, calls: Sequence[Call], changes: Sequence[Change]
) -> tuple[Step, ...]:
    """Each step with the time since the one before, as far as it was taken down."""
    steps = [*_arrival(event), *_waits(event)]
    if sync is not None and sync.event_id == event.id:
        steps += _work(event, sync, calls, changes)
    steps.append(_end(event, _last(event, sync, calls)))
    return tuple(steps)


def _arrival(event: EventDetail) -> Iterator[Step]:
    at = {"time": formats.milliseconds_clock(event.received_at)}
    said = {
        Source.BLING: _("Aviso do Bling às %(time)s"),
        Source.BITRIX24: _("Aviso do Bitrix24 às %(time)s"),
        Source.REPLAY: _("Reprocesso pedido às %(time)s"),
        Source.IMPORT: _("Lido pela importação às %(time)s"),
        Source.RECONCILE: _("Achado pela conferência às %(time)s"),
    }
    yield Step(title=_("Recebido"), text=said[event.source] % at, since="", state="done")
    if event.source is Source.BLING:
        text = _("Assinatura confere. Guardado antes de responder.")
        yield Step(title=_("Verificado"), text=text, since="", state="done")
    elif event.source is Source.BITRIX24:
        text = _("Lido no próprio portal. Guardado antes de confirmar.")
        yield Step(title=_("Verificado"), text=text, since="", state="done")


def _waits(event: EventDetail) -> Iterator[Step]:
    """What it was held for and is not held for any more."""
    for one in _over(event):
        times = {"since": formats.date_clock(one.since), "until": _then(one.until, one.since)}
        explained = reasons.told(one.reason, event.record.kind)
        why = explained.short if explained else one.reason
        text = _("De %(since)s a %(until)s: %(why)s.") % {**times, "why": why}
        yield Step(title=_("Aguardou"), text=text, since=_since(one.until, one.since), state="done")


def _then(later: datetime, earlier: datetime) -> str:
    """The day is said once."""
    same = formats.local(later).date() == formats.local(earlier).date()
    return f"{formats.local(later):%H:%M:%S}" if same else formats.date_clock(later)


def _over(event: EventDetail) -> Iterator[_Held]:
    """Holds that somebody could have noticed; one that nobody ended lasted until the event did."""
    for one in event.waits:
        until = one.until or event.settled_at
        if until is not None and until - one.since >= NOTICED:
            yield _Held(one.reason, one.since, until)


def _freed(event: EventDetail) -> datetime:
    """Since when nothing holds it."""
    return max([event.received_at, *(one.until for one in _over(event))])


def _work(
    event: EventDetail, sync: SyncRow, calls: Sequence[Call], changes: Sequence[Change]
) -> Iterator[Step]:
    freed = _freed(event)
    waited = _since(sync.started_at, freed)
    if sync.started_at - freed >= LONG:
        text = _("Na fila, à espera de uma liberação ou de uma nova tentativa.")
        yield Step(title=_("Esperou"), text=text, since=waited, state="done")
        waited = ""
    text = _("Licença ativa, conexões em ordem, opção ligada.")
    yield Step(title=_("Liberado"), text=text, since=waited, state="done")
    sent = [call for call in calls if call.provider is Provider.BITRIX24]
    back = any(is_in_bling(change) for change in changes)
    if sent and back:
        yield Step(title=_("Lido no Bitrix24"), text=_in_batch(sent), since=_spent(sent), state="done")
    bling = [call for call in calls if call.provider is Provider.BLING]
    read = [call for call in bling if call.method.startswith("GET ")]
    if read:
        text = plural("%(num)s consulta.", "%(num)s consultas.", len(read))
        yield Step(title=_("Lido no Bling"), text=text, since=_spent(read), state="done")
    planned = plural("%(num)s campo muda.", "%(num)s campos mudam.", len(changes)) if changes else ""
    text = planned or _("Nada a mudar.")
    yield Step(title=_("Planejado"), text=text, since="", state="done")
    if sync.outcome in (Outcome.CREATED, Outcome.UPDATED):
        yield from _written([call for call in bling if call not in read], sent, changes, back=back)


def _written(
    bling: Sequence[Call], sent: Sequence[Call], changes: Sequence[Change], *, back: bool
) -> Iterator[Step]:
    if bling:
        text = plural("%(num)s chamada.", "%(num)s chamadas.", len(bling))
        yield Step(title=_("Gravado no Bling"), text=text, since=_spent(bling), state="done")
    if back and all(is_in_bling(change) for change in changes):
        return
    if sent:
        text = _("O que mudou no Bling.") if back else _in_batch(sent)
        since = "" if back else _spent(sent)
        yield Step(title=_("Gravado no Bitrix24"), text=text, since=since, state="done")


def _in_batch(calls: Sequence[Call]) -> str:
    commands = sum(call.commands for call in calls)
    return plural("%(num)s comando, em lote.", "%(num)s comandos, em lote.", commands)


def _end(event: EventDetail, before: datetime) -> Step:
    since = _since(event.settled_at, before) if event.settled_at else ""
    explained = reasons.told(event.reason, event.record.kind, event.outcome)
    why = explained.sentence if explained else ""
    match event.outcome:
        case None:
            return Step(title=_("Na fila"), text=_queue(event), since="", state="wait")
        case Outcome.HELD:
            return Step(title=_("Aguardando"), text=_still(event, why), since="", state="wait")
        case Outcome.FAILED | Outcome.DEAD:
            return Step(title=_("Não gravado"), text=why, since=since, state="need")
        case Outcome.SKIPPED:
            return Step(title=_("Ignorado"), text=why, since=since, state="off")
        case _:
            text = why or _("%(outcome)s às %(time)s") % {
                "outcome": words.outcome(event.outcome).label,
                "time": formats.milliseconds_clock(event.settled_at or event.received_at),
            }
            return Step(title=_("Concluído"), text=text, since=since, state="ok")


def _still(event: EventDetail, why: str) -> str:
    """Why it waits, and since when, where that is known."""
    if not event.waits:
        return why
    since = _("Desde %(time)s.") % {"time": formats.date_clock(event.waits[-1].since)}
    return f"{since} {why}".rstrip()


def _queue(event: EventDetail) -> str:
    if event.attempts and event.due_at:
        values = {"count": event.attempts, "time": formats.clock(event.due_at)}
        return _("Tentativa %(count)s não passou. A próxima é às %(time)s.") % values
    return _("Esperando a vez, poucos instantes.")


def _since(later: datetime, earlier: datetime) -> str:
    return "+" + formats.duration(max(0, (later - earlier) // MS))


def _spent(calls: Sequence[Call]) -> str:
    return "+" + formats.duration(sum(call.ms for call in calls))


def _last(event: EventDetail, sync: SyncRow | None, calls: Sequence[Call]) -> datetime:
    """When the step before the end was over, as far as it was taken down."""
    answered = [call.at + call.ms * MS for call in calls]
    started = [sync.started_at] if sync else []
    return max([_freed(event), *started, *answered])
