"""The table situação → etapa: what is in force, what is suggested, what is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from connector.account.mapping_places import suggested
from connector.domain.mapping import PIPELINE_FIELD, STAGE_FIELD
from connector.domain.pipelines import Pipeline, Situation, pipeline_of
from connector.domain.transforms import Choice as ChoiceTable
from connector.domain.transforms import Constant
from dashboard.reader import _, plural
from dashboard.telling import order_form
from dashboard.telling.order_form import Wish
from dashboard.telling.order_known import Known
from dashboard.views.order import StageRow
from dashboard.views.parts import Choice

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


class _Table(msgspec.Struct, frozen=True, kw_only=True):
    """What a row is told from."""

    pipeline: Pipeline
    #: As the form has it, as it was saved, as meanings suggest it: situation → stage.
    chosen: Mapping[str, str]
    saved: Mapping[str, str]
    suggested: Mapping[str, str]
    errors: Mapping[str, str]


def pipelines(known: Known, chosen: str) -> tuple[Choice, ...]:
    """The portal's pipelines; the chosen one too when the portal has it no more."""
    places = known.lists.places
    if places is None:
        return ()
    found = [Choice(str(one.id), one.name, str(one.id) == chosen) for one in places.pipelines]
    if not any(one.chosen for one in found):
        found.insert(0, Choice(chosen, _("Funil %(number)s") % {"number": chosen}, chosen=True))
    return tuple(found)


def stage_rows(known: Known, wish: Wish, errors: Mapping[str, str]) -> tuple[StageRow, ...]:
    """What lacks a stage first, the rest as Bling has it."""
    pipeline, saved = _pipeline(known, wish.pipeline), saved_table(known)
    if pipeline is None or saved is None:
        return ()
    theirs = wish.pipeline == order_form.pipeline_of(known.order)
    table = _Table(
        pipeline=pipeline,
        chosen=wish.stages,
        saved=saved if theirs else {},
        suggested=_suggestions(known, wish.pipeline),
        errors=errors,
    )
    situations = {one.id: one for one in (*known.lists.situations, *known.unknown)}
    found = [_row(one, known, table) for one in situations.values()]
    return tuple(sorted(found, key=lambda row: not row.missing))


def with_pipeline(known: Known, wish: Wish, number: str) -> Wish:
    """The same wish for another pipeline: its own table if it is the one in force, else what is suggested."""
    theirs = number == order_form.pipeline_of(known.order)
    table = in_force(known) if theirs else _suggestions(known, number)
    return msgspec.structs.replace(wish, pipeline=number, stages=table)


def in_force(known: Known) -> dict[str, str]:
    """Situation → stage as orders are written now."""
    return saved_table(known) or _suggestions(known, order_form.pipeline_of(known.order))


def saved_table(known: Known) -> dict[str, str] | None:
    """The table as it was saved, empty while suggestions are in force; None where stages come otherwise."""
    for rule in known.order.rules:
        if rule.bitrix24 == STAGE_FIELD and isinstance(rule.transform, ChoiceTable):
            return rule.transform.table
    return None


def _suggestions(known: Known, number: str) -> dict[str, str]:
    """What situations mean in that pipeline."""
    rules = [
        msgspec.structs.replace(rule, transform=Constant(value=number))
        if rule.bitrix24 == PIPELINE_FIELD
        else rule
        for rule in known.order.rules
    ]
    return suggested(rules, known.lists.places, known.lists.situations)


def _pipeline(known: Known, number: str) -> Pipeline | None:
    places = known.lists.places
    return pipeline_of(places.pipelines, int(number)) if places and number.isdecimal() else None


def _row(situation: Situation, known: Known, table: _Table) -> StageRow:
    key = str(situation.id)
    chosen = table.chosen.get(key, "")
    colour = known.colours.get(situation.id, "")
    waiting = known.waiting.get(situation.id, 0)
    stages = [Choice(one.id, one.name, one.id == chosen) for one in table.pipeline.stages]
    missing = not any(one.chosen for one in stages)
    return StageRow(
        id=key,
        name=situation.name if situation.name != key else _("Situação %(id)s") % {"id": key},
        colour=colour if _COLOUR.fullmatch(colour) else "",
        account=_account(known, situation),
        stages=(Choice("", _("Defina a etapa"), missing), *stages),
        suggested=not missing and key not in table.saved and table.suggested.get(key) == chosen,
        missing=missing,
        waiting=plural("%(num)s aguardando", "%(num)s aguardando", waiting) if waiting else "",
        error=table.errors.get(f"etapa.{key}", ""),
    )


def _account(known: Known, situation: Situation) -> str:
    """Whose situation it is, where accounts differ."""
    accounts = known.lists.accounts
    theirs = [one.name for one in accounts if any(own.id == situation.id for own in one.situations)]
    return ", ".join(theirs) if len(theirs) < len(accounts) and len(accounts) > 1 else ""
