"""One record through a mapping, by the planner's own functions: pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from connector.domain import orders, products, sales
from connector.domain.deals import ORIGIN_FIELD
from connector.domain.events import Reason
from connector.domain.fields import PortalFields
from connector.domain.mapping import STAGE_FIELD, BadField, Lens, Target, edited
from connector.domain.pipelines import Pipeline
from connector.domain.products import Filter
from connector.domain.sales import Document

Record = dict[str, Any]


class FieldPreview(msgspec.Struct, frozen=True, kw_only=True):
    """One field of Bitrix24's; the name is the mapping's. `kept`: an edit by hand stays."""

    field: str
    before: str | None
    after: str | None
    rule: str
    kept: bool = False


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule cannot take, or what is missing; `text` has the places of `said` in it (`%(value)s`)."""

    text: str
    said: dict[str, str] = {}
    #: Bling's field and Bitrix24's; empty for what no rule is about.
    source: str = ""
    target: str = ""

    def __str__(self) -> str:
        told = self.text % self.said if self.said else self.text
        return f"{self.source} → {self.target}: {told}" if self.target else told


class RecordPreview(msgspec.Struct, frozen=True, kw_only=True):
    """One record; with `skipped` it does not take part, `problems` are values that rules cannot take.

    `partial`: Bling did not tell all that the rules read yet; the fields are those that a list covers.
    """

    bling_id: int
    bitrix_id: int | None
    label: str
    fields: tuple[FieldPreview, ...] = ()
    skipped: Reason | None = None
    problems: tuple[Problem, ...] = ()
    partial: bool = False


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A record to look at: what Bling says, what Bitrix24 holds (None: not there), what was written last."""

    bling_id: int
    source: Record
    company_id: str = ""
    bitrix_id: int | None = None
    label: str = ""
    shape: str = ""
    present: Target | None = None
    memory: Target = {}

    @property
    def before(self) -> Target:
        """What Bitrix24 holds as far as it is known."""
        return self.memory if self.present is None else self.present


def product(lens: Lens, subject: Subject, chosen: Filter, fields: PortalFields | None) -> RecordPreview:
    """A product before and after."""
    source = subject.source
    label = str(source.get("nome") or subject.label or subject.bling_id)
    if chosen.leaves_out(subject.company_id) or products.is_filtered(source, chosen):
        return _of(subject, label, skipped=Reason.FILTERED)
    try:
        target, passed = products.wanted(lens, source, products.shape_of(source), fields)
    except BadField as error:
        return _of(subject, label, problems=(problem(error),))
    return _of(subject, label, _fields(lens, subject, target), problems=tuple(map(problem, passed)))


def order(
    lens: Lens, subject: Subject, reason: Reason | None, pipelines: Iterable[Pipeline]
) -> RecordPreview:
    """An order's deal before and after, its own fields alone: neither rows nor person."""
    source = subject.source
    label = orders.label({"id": subject.bling_id, **source})
    if reason is not None:
        return _of(subject, label, skipped=reason)
    passed: list[BadField] = []
    try:
        target = lens.apply(source, passed)
    except BadField as error:
        return _of(subject, label, problems=(problem(error),))
    target[ORIGIN_FIELD] = orders.origin(subject.company_id, source)
    target.pop(STAGE_FIELD, None)
    stage = orders.stage_of(lens, pipelines, orders.pipeline_number(lens), source)
    if stage:
        target[STAGE_FIELD] = stage
    problems = [problem(bad) for bad in passed if bad.rule.bitrix24 != STAGE_FIELD]
    if stage is None:
        said = {"situation": str(orders.situation_of(source))}
        problems.append(Problem(text="a situação %(situation)s não tem etapa", said=said))
    return _of(subject, label, _fields(lens, subject, target), problems=tuple(problems))


def sale(lens: Lens, subject: Subject) -> RecordPreview:
    """A sale's own deal before and after; one that went into its order's deal changes nothing of it."""
    document = Document(subject.shape.rstrip("+")) if subject.shape.rstrip("+") in set(Document) else None
    label = sales.label(document or Document.NFE, subject.source)
    if subject.bitrix_id is not None and not subject.shape.endswith("+"):
        return _of(subject, label)
    passed: list[BadField] = []
    try:
        target = lens.apply(subject.source, passed)
    except BadField as error:
        return _of(subject, label, problems=(problem(error),))
    target[ORIGIN_FIELD] = sales.origin(subject.company_id, document or Document.NFE, subject.bling_id)
    return _of(subject, label, _fields(lens, subject, target), problems=tuple(map(problem, passed)))


def _fields(lens: Lens, subject: Subject, target: Target) -> tuple[FieldPreview, ...]:
    before = subject.before
    kept = edited(target, before, subject.memory, lens.keeps) if subject.bitrix_id is not None else ()
    return tuple(
        FieldPreview(
            field=name,
            before=before.get(name),
            after=before.get(name) if name in kept else value,
            rule=lens.rule_of(name),
            kept=name in kept,
        )
        for name, value in target.items()
        if lens.rule_of(name)
    )


def _of(
    subject: Subject,
    label: str,
    fields: tuple[FieldPreview, ...] = (),
    *,
    skipped: Reason | None = None,
    problems: tuple[Problem, ...] = (),
) -> RecordPreview:
    return RecordPreview(
        bling_id=subject.bling_id,
        bitrix_id=subject.bitrix_id,
        label=label,
        fields=fields,
        skipped=skipped,
        problems=problems,
    )


def unseen(subject: Subject) -> RecordPreview:
    """A record that Bling told nothing of yet."""
    return msgspec.structs.replace(_of(subject, subject.label or str(subject.bling_id)), partial=True)


def problem(bad: BadField) -> Problem:
    """What is wrong, in parts."""
    return Problem(text=bad.why.text, said=bad.why.said, source=bad.rule.bling, target=bad.rule.bitrix24)


def written(text: str | None) -> Target:
    """What a link remembers."""
    return msgspec.json.decode(text, type=dict[str, str]) if text else {}
