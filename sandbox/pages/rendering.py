"""Turns templates into pages, with Brazilian money."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Response

from sandbox.bling.times import SAO_PAULO

SITUATIONS = {"A": "Ativo", "I": "Inativo", "E": "Excluído"}
"""Bling's codes of a product's situation in words."""

NOTE_SITUATIONS = {1: "Pendente", 2: "Cancelada", 4: "Rejeitada", 5: "Autorizada", 6: "Emitida DANFE"}
"""The situations that a note reaches in the sandbox."""


def page(template: str, title: str, *, status: int = 200, **values: Any) -> Response[str]:
    """An HTML answer."""
    html = _ENVIRONMENT.get_template(template).render(title=title, **values)
    return Response(html, media_type=MediaType.HTML, status_code=status)


def money(value: object) -> str:
    """R$ 1.234,50; a value that is no number is shown as it is."""
    try:
        text = f"{Decimal(str(value)):,.2f}"
    except InvalidOperation:
        return str(value)
    return "R$ " + text.translate(str.maketrans(",.", ".,"))


def plain(value: object) -> str:
    """A number as people type it here: a comma before the cents."""
    return str(value).replace(".", ",")


def typed_number(text: str) -> str:
    """What a person typed, as Bling's API takes it: `1.234,50` and `1234.50` both mean 1234.50."""
    return text.replace(".", "").replace(",", ".") if "," in text else text


def day(text: str) -> str:
    """23/11/2026 for 2026-11-23."""
    return "/".join(reversed(text.split("-")))


def clock_time(unix: float) -> str:
    """Time of day in Brasília, to the millisecond."""
    moment = datetime.fromtimestamp(unix, SAO_PAULO)
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)
_ENVIRONMENT.filters |= {"money": money, "plain": plain, "clock_time": clock_time, "day": day}
