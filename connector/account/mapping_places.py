"""Rules and the portal's places: the stage of each situation, and whether what rules name is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from connector.account.mapping_flaws import Flaw, RuleError
from connector.bitrix24.crm_setup import CrmPlaces
from connector.domain.events import Kind
from connector.domain.mapping import PIPELINE_FIELD, STAGE_FIELD, MappingVersion, Rule
from connector.domain.pipelines import Pipeline, Situation, pipeline_of, suggest
from connector.domain.transforms import Choice, Constant

Rules = Iterable[Rule]


def pipeline_number(rules: Rules) -> int:
    """The pipeline that new deals go into: the portal's first one unless a rule says otherwise."""
    for rule in rules:
        if rule.bitrix24 == PIPELINE_FIELD and isinstance(rule.transform, Constant):
            return int(rule.transform.value) if rule.transform.value.isdecimal() else 0
    return 0


def saved_table(rules: Rules) -> dict[str, str] | None:
    """The table *situação → etapa* as it was saved, empty for suggestions; None when no rule has one."""
    for rule in rules:
        if rule.bitrix24 == STAGE_FIELD and isinstance(rule.transform, Choice):
            return rule.transform.table
    return None


def suggested(rules: Rules, places: CrmPlaces | None, situations: Iterable[Situation]) -> dict[str, str]:
    """The stage that each situation suggests in these rules' pipeline; empty while that is not known."""
    pipeline = pipeline_of(places.pipelines, pipeline_number(rules)) if places is not None else None
    if pipeline is None:
        return {}
    found = ((str(one.id), suggest(pipeline, one.valor)) for one in situations)
    return {number: stage for number, stage in found if stage is not None}


def stage_table(
    mapping: MappingVersion, places: CrmPlaces | None, situations: Iterable[Situation]
) -> dict[str, str]:
    """The table in force, situation → stage: the saved one, or the suggestions where that is empty."""
    saved = saved_table(mapping.rules)
    if saved is None:
        return {}
    return saved or suggested(mapping.rules, places, situations)


def with_table(rules: Rules, table: dict[str, str]) -> tuple[Rule, ...]:
    """The same rules, the stage chosen by this table."""
    return tuple(
        msgspec.structs.replace(rule, transform=Choice(table=table))
        if rule.bitrix24 == STAGE_FIELD and isinstance(rule.transform, Choice)
        else rule
        for rule in rules
    )


def misplaced(kind: Kind, rules: Mapping[int, Rule], places: CrmPlaces) -> Iterator[RuleError]:
    """What rules name and the portal does not have."""
    if kind not in (Kind.ORDER, Kind.SALE):
        return
    pipeline = pipeline_of(places.pipelines, pipeline_number(rules.values()))
    for index, rule in rules.items():
        match rule.bitrix24:
            case name if name == PIPELINE_FIELD:
                if pipeline is None:
                    yield _absent(index, "transform.value", f"the portal has no pipeline {_named(rule)}")
            case name if name == STAGE_FIELD:
                yield from _stages(index, rule, pipeline)
            case "sourceId":
                yield from _ones(index, rule, {one.id for one in places.sources}, "source")
            case "assignedById":
                yield from _ones(index, rule, {one.id for one in places.users}, "person")


def _stages(index: int, rule: Rule, pipeline: Pipeline | None) -> Iterator[RuleError]:
    """Nothing can be said of stages when the pipeline itself is not there."""
    if pipeline is not None:
        known = {stage.id for stage in pipeline.stages}
        yield from _ones(index, rule, known, f"stage in the pipeline {pipeline.name}")


def _ones(index: int, rule: Rule, known: set[str], what: str) -> Iterator[RuleError]:
    """A portal that does not let Ponte see its people names none of them."""
    if not known:
        return
    match rule.transform:
        case Choice(table=table):
            for key, value in table.items():
                if value not in known:
                    yield _absent(index, f"transform.table.{key}", f"the portal has no {what} {value}")
        case Constant(value=value) if value not in known:
            yield _absent(index, "transform.value", f"the portal has no {what} {value}")
        case _:
            return


def _absent(index: int, field: str, message: str) -> RuleError:
    return RuleError(index, field, Flaw.NOT_THERE, message)


def _named(rule: Rule) -> str:
    return rule.transform.value if isinstance(rule.transform, Constant) else ""
