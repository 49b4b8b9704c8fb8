"""Evento: the whole screen, and what a simulation found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

import msgspec

from connector.domain.deals import ROWS_FIELD
from connector.domain.events import Kind, Outcome, Reason
from connector.domain.products import Change
from connector.domain.vendor import Call as VendorCall
from connector.domain.vendor import Provider
from connector.store.history import EventDetail, EventRow, SyncRow
from connector.sync.replay import COMMENT, DEAL, IN_BLING, SALES_ORDER, PlannedWrite, Preview
from connector.sync.then import Difference
from dashboard import formats
from dashboard.reader import N_, _, plural
from dashboard.telling import changes, deals, history, places, reasons, remedies, rules, words
from dashboard.telling.carrier import dates
from dashboard.telling.deals import DEALS, Names
from dashboard.telling.field_words import FieldWords
from dashboard.telling.known import Surroundings
from dashboard.telling.rules import bitrix24_name
from dashboard.telling.way import way
from dashboard.views import event as view
from dashboard.views.parts import Action, Fact, Notice

#: Longer messages are cut on the screen; the API has them whole.
LONGEST_PAYLOAD = 200_000
FAILED = frozenset({Outcome.FAILED, Outcome.DEAD})
#: Writes whose values are Bling's.
IN_BLINGS_WORDS = frozenset({IN_BLING, SALES_ORDER})
#: Of fields that both sides had changed.
CONFLICTS = {
    "conflict_bling": N_("Os dois lados mudaram: valeu o Bling."),
    "conflict_bitrix24": N_("Os dois lados mudaram: valeu o Bitrix24."),
}


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """An event and what stands around it."""

    event: EventDetail
    sync: SyncRow | None
    calls: tuple[VendorCall, ...]
    others: tuple[EventRow, ...]
    #: Writes of the other events.
    syncs: dict[UUID, SyncRow]
    #: The event that stood for this one; None for one that stood for itself.
    newer: EventRow | None = None
    #: What ids of the portal are called.
    names: Names = Names()
    #: What fields of products are called there.
    words: FieldWords = FieldWords()
    #: Any address of Bling's site.
    bling: str = ""
    #: The record has a page of its own.
    known: bool = False
    #: Of a product in Bitrix24.
    shape: str | None = None


def event(story: Story, around: Surroundings) -> view.Event:
    """The whole screen."""
    told = story.event
    changed = changes.of(story.sync)
    went = told.outcome not in FAILED
    return view.Event(
        id=str(told.id),
        url=history.url(told.id),
        title=_title(told),
        happening=words.happening(told.record.kind, told.action),
        chip=words.outcome(told.outcome),
        facts=_facts(story, around),
        notice=_notice(story, around),
        steps=way(told, story.sync, story.calls, changed),
        total=formats.duration(history.elapsed_ms(told)) if told.settled_at else "",
        under_way=told.settled_at is None,
        changes=tuple(_change(change, story) for change in _fields(changed)) if went else (),
        where=_where(changed),
        no_change=_no_change(told),
        rows=deals.rows(changed, told.body) if went else None,
        links=places.links(told.record, told.bitrix_id, around.portal, story.bling, story.shape),
        calls=tuple(_call(call) for call in story.calls),
        payload=_payload(told.body),
        earlier=tuple(other(one, story.syncs) for one in story.others),
        earlier_url=f"/eventos?q={told.record.bling_id}",
        record_url=f"/registros/{told.record.kind}/{told.record.bling_id}" if story.known else "",
        replayable=around.viewer.may_change,
    )


def simulation(
    preview: Preview, kind: Kind, then: Sequence[PlannedWrite] = (), differing: Sequence[Difference] = ()
) -> view.Simulation:
    """A dry run of a record of that kind in words, beside what the event wrote `then`."""
    if preview.writes:
        sentence = _("Reprocessar agora gravaria isto no Bitrix24:")
        if all(write.shape in IN_BLINGS_WORDS for write in preview.writes):
            sentence = _("Reprocessar agora gravaria isto no Bling:")
    elif preview.outcome is Outcome.UNCHANGED:
        sentence = _("Reprocessar agora não mudaria nada: os dois lados já estão iguais.")
    else:
        explained = reasons.told(preview.reason, kind)
        why = explained.sentence if explained else preview.detail or ""
        sentence = _("Reprocessar agora não gravaria nada.") + f" {why}".rstrip()
    return view.Simulation(
        sentence=sentence,
        writes=tuple(_write(write) for write in preview.writes),
        compared=_compared(then, differing),
        differences=tuple(map(_difference, differing)) if then else (),
    )


def _compared(then: Sequence[PlannedWrite], differing: Sequence[Difference]) -> str:
    if not then:
        return ""
    if not differing:
        return _("O que este evento gravou naquela vez ainda vale: nenhum valor mudou desde então.")
    return plural(
        "%(num)s valor é outro agora, comparado com o que este evento gravou naquela vez:",
        "%(num)s valores são outros agora, comparados com o que este evento gravou naquela vez:",
        len(differing),
    )


def _difference(one: Difference) -> view.Difference:
    return view.Difference(
        field=bitrix24_name(one.field),
        then=changes.written(one.field, one.then),
        now=changes.written(one.field, one.now),
    )


def refusal(text: str) -> view.Simulation:
    """A dry run that a vendor would not answer."""
    return view.Simulation(sentence=_("Não foi possível simular agora: %(why)s") % {"why": text}, writes=())


def _facts(story: Story, around: Surroundings) -> tuple[str, ...]:
    told = story.event
    account = next((one.name for one in around.accounts if one.id == told.record.account_id), "")
    is_deal = told.record.kind in DEALS
    number = told.bitrix_id or told.record.in_bitrix24
    facts = [
        f"SKU {told.sku}" if told.sku and not is_deal else "",
        _("Conta %(name)s") % {"name": account} if account else "",
        f"Bling {told.record.in_bling}" if told.record.in_bling else _("ainda não está no Bling"),
        (_("Negócio %(id)s") if is_deal else "Bitrix24 %(id)s") % {"id": number} if number else "",
        _("Recebido em %(time)s") % {"time": formats.date_clock(told.received_at)},
        _("Mapeamento versão %(number)s") % {"number": story.sync.mapping_version} if story.sync else "",
    ]
    return tuple(fact for fact in facts if fact)


def _title(told: EventDetail) -> str:
    """The record's name; an order or invoice that nobody has named yet has its number in the message."""
    if told.record.kind not in DEALS or told.label not in ("", str(told.record.bling_id)):
        return history.title(told)
    number = deals.number_in(told.body)
    return f"{words.kind(told.record.kind)} {number}" if number else history.title(told)


def _fields(changed: list[Change]) -> list[Change]:
    """What people ask for first; rows have a table of their own."""
    return sorted((one for one in changed if one.field != ROWS_FIELD), key=changes.place)


def _notice(story: Story, around: Surroundings) -> Notice | None:
    """Cause and remedy, where there is one; a remark on what went well."""
    told = story.event
    explained = reasons.told(told.reason, told.record.kind, told.outcome)
    if explained is None:
        return Notice(tone="wait", fact=_sentence(told.detail)) if told.detail and told.settled_at else None
    if told.reason in (Reason.SUPERSEDED, Reason.STALE):
        return _stood_for(story, explained.sentence)
    fact = _with_detail(explained.sentence, story.words.named(told.detail))
    remedy = remedies.of_record(told.reason, told.record, around.viewer, story.bling)
    return Notice(tone=_tone(told.outcome), fact=fact, next_step=explained.remedy, action=remedy)


def _stood_for(story: Story, sentence: str) -> Notice:
    """Another event of the record was newer: which one, and what its date was."""
    told, newer, sync = story.event, story.newer, story.sync
    event_id = newer.id if newer else sync.event_id if sync and sync.event_id != told.id else None
    newest = Action(label=_("Ver o mais novo"), url=history.url(event_id)) if event_id else None
    said = dates(told, newer) if newer and told.reason is Reason.STALE else ""
    return Notice(tone="info", fact=sentence, next_step=said, action=newest)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _tone(outcome: Outcome | None) -> Literal["need", "wait", "info"]:
    return "need" if outcome in FAILED else "wait" if outcome is Outcome.HELD else "info"


def _with_detail(sentence: str, detail: str | None) -> str:
    return f"{sentence.rstrip('.')}: {detail.rstrip('.')}." if detail else sentence


def _no_change(told: EventRow) -> str:
    if told.outcome is None:
        return _("Ainda não foi a vez deste evento.")
    if told.outcome is Outcome.HELD:
        return _("Nada mudou ainda: o evento aguarda.")
    if told.outcome is Outcome.UNCHANGED:
        return _("Nada a gravar: os dois lados já estavam iguais.")
    return _("Nada mudou no Bitrix24.")


def _change(change: Change, story: Story) -> view.Change:
    kind, said = story.event.record.kind, story.words
    names = story.names if kind in DEALS else said.names
    if changes.is_in_bling(change):
        return _change_in_bling(change, said)
    return view.Change(
        field=said.title(change.field),
        name=change.field,
        before=changes.written(change.field, change.before, names),
        after=changes.written(change.field, change.after, names),
        rule=said.rule(change.rule),
        version=str(change.version),
        locked=rules.is_fixed(kind, change.rule),
        note=_(CONFLICTS[change.way]) if change.way in CONFLICTS else "",
    )


def _change_in_bling(change: Change, said: FieldWords) -> view.Change:
    return view.Change(
        field=said.bling_title(change.field),
        name=change.field,
        before=changes.written_in_bling(change.field, change.before),
        after=changes.written_in_bling(change.field, change.after),
        rule=said.rule(change.rule),
        version=str(change.version),
        locked=rules.is_fixed(Kind.PRODUCT, change.rule),
        note=_(CONFLICTS[change.way]) if change.way in CONFLICTS else "",
    )


def _where(changed: list[Change]) -> str:
    """Which side was written."""
    in_bling = {changes.is_in_bling(change) for change in changed}
    if len(in_bling) > 1:
        return _("nos dois lados")
    return _("no Bling") if in_bling == {True} else _("no Bitrix24")


def _call(call: VendorCall) -> view.Call:
    commands = plural("%(num)s comando", "%(num)s comandos", call.commands) if call.commands > 1 else ""
    return view.Call(
        short="Bl" if call.provider is Provider.BLING else "B24",
        method=call.method,
        commands=commands,
        status=str(call.status) if call.status else _("sem resposta"),
        failed=not 200 <= call.status < 300 or call.error is not None,
        took=formats.duration(call.ms),
        error=call.error or "",
    )


def _payload(body: bytes) -> view.Payload | None:
    if not body:
        return None
    try:
        text = msgspec.json.format(body, indent=2).decode(errors="replace")
    except (msgspec.DecodeError, RecursionError):
        text = body.decode(errors="replace")
    return view.Payload(text=text[:LONGEST_PAYLOAD], size=formats.size(len(body)))


def other(one: EventRow, syncs: Mapping[UUID, SyncRow]) -> view.Earlier:
    """A line of another event of a record."""
    return view.Earlier(
        url=history.url(one.id),
        at=one.received_at,
        happening=words.happening(one.record.kind, one.action),
        source=words.source(one.source),
        chip=words.outcome(one.outcome),
        detail=history.detail(one, syncs),
    )


def _write_in_bling(write: PlannedWrite) -> view.Write:
    if write.shape == SALES_ORDER:
        verb = _("Criar pedido no Bling")
    else:
        verb = _("Criar produto no Bling") if write.action == "create" else _("Atualizar produto no Bling")
    values = [
        Fact(rules.bling_name(field), changes.written_in_bling(field, value) or _("vazio"))
        for field, value in write.values.items()
    ]
    return view.Write(method=verb, values=tuple(values))


def _write(write: PlannedWrite) -> view.Write:
    target = f" {write.bitrix_id}" if write.bitrix_id else ""
    is_new = write.action == "create"
    if write.shape in IN_BLINGS_WORDS:
        return _write_in_bling(write)
    if write.shape == DEAL:
        verb = _("Criar negócio") if is_new else _("Atualizar negócio") + target
    else:
        verb = _("Criar produto") if is_new else _("Atualizar produto") + target
    comment = write.values.get(COMMENT)
    values = [
        Fact(bitrix24_name(field), changes.written(field, value) or _("vazio"))
        for field, value in write.values.items()
        if field[:1] != "@"
    ]
    return view.Write(
        method=verb, values=(*values, *([Fact(_("Comentário no negócio"), comment)] if comment else []))
    )
