"""What is to be written for a product whose Bitrix24 side may have changed."""

from __future__ import annotations

from collections.abc import Iterable

from connector.bitrix24.catalogue import SIMPLE
from connector.domain.events import Outcome, Reason
from connector.domain.export import Export, Merge, Way, overlaid, to_send
from connector.domain.mapping import LINK_FIELD, BadField, Target, fingerprint
from connector.domain.mapping import edited as kept_edits
from connector.domain.products import is_excluded, is_filtered, wanted
from connector.domain.sections import NEW
from connector.sync.context import Context
from connector.sync.export.work import ExportWork
from connector.sync.products.decide import linked_of

#: What Bling asks for in a new product, where no rule says it.
FRESH = {"tipo": "P", "situacao": "A", "formato": "S"}
#: Reasons of a record's state that an edit taken back in Bitrix24 mends.
_MENDED = frozenset(
    {
        Reason.REFUSED_BY_BLING,
        Reason.INVALID_VALUE,
        Reason.AMBIGUOUS,
        Reason.LOOP,
        Reason.GUARD_RAIL,
    }
)


def begin(work: ExportWork, context: Context) -> None:
    """What can be decided before anybody is asked."""
    if reason := context.waits(work.key):
        return work.hold(reason)
    if context.leaves_out(work.key):
        return work.end(Outcome.SKIPPED, Reason.FILTERED)
    if work.unborn:
        if not context.exports.create:
            work.end(Outcome.SKIPPED, Reason.CREATE_OFF)
        return None
    if work.bitrix_id is None:
        return work.end(Outcome.SKIPPED, Reason.DELETED_IN_BITRIX24)
    if not context.exports.update and not work.mixed:
        # The other direction may be as well as it was.
        work.keeps_link = True
        work.end(Outcome.SKIPPED, Reason.TOGGLE_OFF)
    return None


def compare(work: ExportWork, way: Way, context: Context) -> bool:
    """With Bitrix24's side at hand; False = there is nothing for Bling, and Bling told something itself."""
    assert work.present is not None
    if work.unborn:
        if work.kind != SIMPLE:
            text = "variações e serviços criados no Bitrix24 não são criados no Bling"
            work.end(Outcome.SKIPPED, Reason.NOT_SUPPORTED, text)
        return True
    if context.exports.update and way.edited(memory_of(work), work.present.values):
        return True
    if work.mixed:
        return False
    work.keeps_link = work.link is not None and work.link.reason not in _MENDED
    work.end(Outcome.UNCHANGED)
    return True


def memory_of(work: ExportWork) -> Target:
    """What both sides agreed on last; nothing for records that were not a pair."""
    if work.link is None or work.born is not None or work.link.bitrix_id != work.bitrix_id:
        return {}
    return linked_of(work.link).written


def weigh(work: ExportWork, way: Way, context: Context) -> None:
    """With both sides at hand: what each of them gets."""
    source = work.source or {}
    if is_excluded(source):
        work.gone_in_bling = True
        return work.end(Outcome.SKIPPED, Reason.GONE_IN_BLING, "o produto está na lixeira do Bling")
    if is_filtered(source, context.filter):
        return work.end(Outcome.SKIPPED, Reason.FILTERED)
    try:
        _weigh(work, way, context)
    except BadField as error:
        work.end(Outcome.FAILED, Reason.INVALID_VALUE, str(error))
    return None


def _weigh(work: ExportWork, way: Way, context: Context) -> None:
    assert work.present is not None
    source, here, base = work.source or {}, work.present.values, memory_of(work)
    target, passed = wanted(context.lens, source, work.shape(), context.fields)
    work.there = way.seen(source, target)
    merge = way.merge(base, here, work.there)
    refused: list[BadField] = []
    fields = way.fields(merge.export, refused) if context.exports.update else {}
    back = merge.back if context.allowed.update else {}
    section = context.lens.section_rule
    apart = {
        name
        for name, text in back.items()
        if name in context.lens.pictures
        or (section is not None and name == section.bitrix24 and text.startswith(NEW))
    }
    if apart:
        # A picture has to be fetched, a section to be made.
        work.asks_import = True
        back = {name: text for name, text in back.items() if name not in apart}
    elif len(back) < len(merge.back) and merge.conflicts:
        work.note("os dois lados mudaram, e o Bling não atualiza o Bitrix24 enquanto isso estiver desligado")
    for bad in passed + refused:
        work.note(str(bad))
    export = _without(merge.export, refused) if fields else {}
    work.merge = Merge(export=export, back=back, conflicts=merge.conflicts)
    work.before = here
    work.changes = way.changes(context.lens, work.merge, here, work.there, fields)
    work.plan = Export(bling_id=work.key.bling_id, fields=to_send(source, fields) if fields else {})


def invent(work: ExportWork, way: Way, context: Context) -> None:
    """A product that Bling does not have."""
    assert work.present is not None
    here = {name: text for name, text in work.present.values.items() if text and name in way.rules}
    passed: list[BadField] = []
    try:
        fields = FRESH | way.fields(here, passed)
    except BadField as error:
        return work.end(Outcome.FAILED, Reason.INVALID_VALUE, str(error))
    if is_filtered(fields, context.filter):
        return work.end(Outcome.SKIPPED, Reason.FILTERED)
    for bad in passed:
        work.note(str(bad))
    work.merge = Merge(export=_without(here, passed), back={}, conflicts=())
    work.changes = way.changes(context.lens, work.merge, work.present.values, {}, fields)
    work.plan = Export(bling_id=None, fields=fields)
    return None


def _without(values: Target, refused: Iterable[BadField]) -> Target:
    """What Bling cannot be told is not what both sides hold."""
    names = {bad.rule.bitrix24 for bad in refused}
    return {name: text for name, text in values.items() if name not in names}


def agree(work: ExportWork, context: Context, written_back: Target) -> None:
    """Remember what both sides hold now, so that each side's own message about it changes nothing."""
    assert work.present is not None
    assert work.merge is not None
    here = {**work.present.values, **written_back}
    there = {**work.there, **work.merge.export}
    agreed = {name: text for name, text in here.items() if there.get(name, "") == text}
    work.written = {**memory_of(work), **agreed, LINK_FIELD: str(work.key.bling_id)}
    left = kept_edits(there, here, work.written, context.lens.keeps)
    work.kept = {name: here.get(name, "") for name in left}
    plan = work.plan
    after = overlaid({"id": work.key.bling_id, **(work.source or {})}, plan.fields if plan else {})
    target, _ = wanted(context.lens, after, work.shape(), context.fields)
    work.in_agreement = all(work.written.get(name, "") == text for name, text in target.items())
    work.target, work.print = target, fingerprint(target)
