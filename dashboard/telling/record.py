"""Registro: both sides field by field, with the write that each value came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal
from uuid import UUID

import msgspec

from connector.account.records import FieldPair
from connector.account.records import Record as Found
from connector.domain.events import Kind, RecordState
from connector.domain.mapping import Rule
from connector.domain.remedies import SYNCED
from connector.store.history import EventRow, SyncRow
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.telling import changes, places, reasons, remedies, words
from dashboard.telling import event as events
from dashboard.telling import history as rows
from dashboard.telling.deals import DEALS
from dashboard.telling.field_words import FieldWords
from dashboard.telling.known import Surroundings
from dashboard.telling.records import ended, state_chip
from dashboard.views.parts import Action, Notice
from dashboard.views.record import FieldLine, Origin, Record


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A record and what stands around it."""

    found: Found
    #: By id, of the mapping in force.
    rules: Mapping[str, Rule]
    #: The newest first.
    events: Sequence[EventRow]
    syncs: Mapping[UUID, SyncRow]
    words: FieldWords
    #: Any address of Bling's site.
    bling: str


def record(story: Story, around: Surroundings, shown: int) -> Record:
    """The whole screen."""
    link = story.found.link
    key = link.record
    origins = origins_of(story)
    unwritten = link.bitrix_id is None and key.in_bitrix24 is None
    lines = () if unwritten else tuple(_line(pair, story, origins) for pair in story.found.fields)
    different = sum(not line.in_step for line in lines)
    listed = story.events[:shown]
    return Record(
        title=link.label or f"{words.kind(key.kind)} {abs(key.bling_id)}",
        kind=words.many(key.kind),
        kind_url="/registros" if key.kind is Kind.PRODUCT else f"/registros?tipo={key.kind}",
        chip=state_chip(link.state),
        facts=tuple(_facts(story, around)),
        notice=_notice(story, around),
        again=_again(story, around),
        links=places.links(key, link.bitrix_id, around.portal, story.bling, link.shape),
        fields=lines,
        unwritten=unwritten,
        differing=plural("%(num)s campo difere", "%(num)s campos diferem", different) if different else "",
        events=tuple(events.other(one, story.syncs) for one in listed),
        events_url=f"/eventos?q={key.bling_id}" if len(story.events) > shown else "",
    )


def origins_of(story: Story) -> dict[str, Origin]:
    """By rule: the newest write that changed its field."""
    origins: dict[str, Origin] = {}
    for event in story.events:
        sync = story.syncs.get(event.sync_id) if event.sync_id else None
        if sync is None or sync.event_id != event.id:
            continue
        for change in changes.of(sync):
            told = Origin(
                url=rows.url(event.id),
                happening=_happening(event),
                rule=story.words.rule(change.rule),
                version=str(change.version),
                at=sync.settled_at,
            )
            origins.setdefault(change.rule, told)
    return origins


def _happening(event: EventRow) -> str:
    return f"{words.happening(event.record.kind, event.action)} · {words.source(event.source)}"


def _line(pair: FieldPair, story: Story, origins: Mapping[str, Origin]) -> FieldLine:
    rule = story.rules[pair.rule]
    return FieldLine(
        bitrix24=story.words.title(rule.bitrix24),
        bitrix24_name=pair.bitrix24,
        bling=story.words.source(rule),
        bling_name=pair.bling,
        bling_value=changes.written_in_bling(pair.bling, pair.bling_value),
        bitrix24_value=story.words.value(rule.bitrix24, pair.bitrix24_value),
        in_step=pair.in_step,
        kept=pair.kept,
        origin=origins.get(pair.rule),
    )


def _facts(story: Story, around: Surroundings) -> Iterable[str]:
    link = story.found.link
    if link.sku and link.record.kind not in DEALS:
        yield f"SKU {link.sku}"
    account = next((one.name for one in around.accounts if one.id == link.record.account_id), "")
    if account:
        yield _("Conta %(name)s") % {"name": account}
    yield f"Bling {link.record.in_bling}" if link.record.in_bling else _("ainda não está no Bling")
    bitrix_id = link.bitrix_id or link.record.in_bitrix24
    if bitrix_id is not None:
        deal = link.record.kind in DEALS
        yield (_("Negócio %(id)s") if deal else "Bitrix24 %(id)s") % {"id": bitrix_id}
    if link.synced_at is not None:
        yield _("Sincronizado em %(time)s") % {"time": formats.date_time(link.synced_at)}


def _again(story: Story, around: Surroundings) -> Action | None:
    key = story.found.link.record
    if not around.viewer.may_change or key.kind not in SYNCED:
        return None
    action = Action(
        label=_("Sincronizar agora"),
        url=f"/registros/{key.kind}/{key.bling_id}/de-novo",
        icon="rotate-ccw",
        posts=True,
    )
    notice = _notice(story, around)
    has_it = notice is not None and notice.action is not None and notice.action.url == action.url
    return None if has_it else action


def _notice(story: Story, around: Surroundings) -> Notice | None:
    """Why the record is not in step, and what to do about it."""
    link = story.found.link
    explained = reasons.told(link.reason, link.record.kind, ended(link.state))
    if explained is None:
        return None
    remedy = remedies.of_record(link.reason, link.record, around.viewer, story.bling)
    fact = explained.sentence
    if link.detail:
        fact = f"{fact.rstrip('.')}: {story.words.named(link.detail).rstrip('.')}."
    tone: Literal["need", "wait"] = "need" if link.state is RecordState.NEEDS_YOU else "wait"
    return Notice(tone=tone, fact=fact, next_step=explained.remedy, action=remedy)
