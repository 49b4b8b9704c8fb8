"""Bitrix24's deal pipelines, and which stage an order's situation suggests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Semantics = Literal["", "S", "F"]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A stage of a pipeline; `semantics` S = won, F = lost, "" = in progress."""

    id: str
    name: str
    semantics: Semantics = ""
    sort: int = 0


class Pipeline(msgspec.Struct, frozen=True, kw_only=True):
    """A pipeline with its stages in their order; `id` 0 is the portal's first one."""

    id: int
    name: str
    stages: tuple[Stage, ...]


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """A situation of an account's orders; `valor` means the same in all accounts."""

    id: int
    name: str
    valor: int | None = None


#: Bling's `situacao.valor` (facts: the same in all accounts). 5–7 are in progress as far as is known.
SERVED, CANCELLED = 1, 2
_STARTED = frozenset({3, 4, 5, 6, 7, 11})
_OPEN = frozenset({0, 10})

#: The situations that every account has from the start: id → name, valor.
SEEDED = (
    Situation(id=6, name="Em aberto", valor=0),
    Situation(id=9, name="Atendido", valor=1),
    Situation(id=12, name="Cancelado", valor=2),
    Situation(id=15, name="Em andamento", valor=3),
    Situation(id=18, name="Venda agenciada", valor=4),
    Situation(id=21, name="Em digitação", valor=10),
    Situation(id=24, name="Verificado", valor=11),
)


def pipeline_of(pipelines: Iterable[Pipeline], number: int) -> Pipeline | None:
    """The pipeline of that id."""
    return next((one for one in pipelines if one.id == number), None)


def suggest(pipeline: Pipeline, valor: int | None) -> str | None:
    """The stage for a situation: Atendido → won, Cancelado → lost, the others in progress.

    None for a value that nobody has described, and where the pipeline has no such stage.
    """
    progress = [stage.id for stage in pipeline.stages if stage.semantics == ""]
    if valor == SERVED:
        return won(pipeline)
    if valor == CANCELLED:
        return lost(pipeline)
    if valor in _STARTED:
        return next(iter(progress[1:2] or progress), None)
    return next(iter(progress), None) if valor in _OPEN else None


def counterpart(pipelines: Iterable[Pipeline], stage_id: str, number: int) -> str | None:
    """What a stage of success or failure is in another pipeline; None for a stage in progress."""
    known = list(pipelines)
    meaning = next((one.semantics for each in known for one in each.stages if one.id == stage_id), "")
    there = pipeline_of(known, number)
    if there is None or meaning == "":
        return None
    return won(there) if meaning == "S" else lost(there)


def won(pipeline: Pipeline) -> str | None:
    """The stage of success."""
    return next((stage.id for stage in pipeline.stages if stage.semantics == "S"), None)


def lost(pipeline: Pipeline) -> str | None:
    """The first stage of failure."""
    return next((stage.id for stage in pipeline.stages if stage.semantics == "F"), None)
