"""Query parameters as PHP reads them, and pages without totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sandbox.bling.bodies import whole
from sandbox.bling.errors import field, invalid
from sandbox.bling.times import span

LARGEST_PAGE = 100

T = TypeVar("T")


class Query:
    """The parameters of one request; `name[]` and `name[0]` both make lists."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._single: dict[str, str] = {}
        self._lists: dict[str, list[str]] = {}
        for name, value in pairs:
            base, bracket, _ = name.partition("[")
            if bracket:
                self._lists.setdefault(base, []).append(value)
            else:
                self._single[name] = value

    def text(self, name: str) -> str | None:
        """A parameter that was sent and is not empty."""
        return self._single.get(name) or None

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A whole number; BlingError 400 if it is none."""
        value = self.text(name)
        if value is None:
            return default
        parsed = whole(value)
        if parsed is None:
            raise invalid([field(4, f"O parâmetro {name} deve ser um número inteiro.", name, "FILTROS")])
        return parsed

    def choice(self, name: str, allowed: Iterable[int], default: int) -> int:
        """A number out of a closed list; BlingError 400 if it is another."""
        value = self.integer(name, default)
        if value is None or value not in allowed:
            raise invalid([field(3, f"O valor do parâmetro {name} é inválido.", name, "FILTROS")])
        return value

    def letters(self, name: str, allowed: Iterable[str], default: str) -> str:
        """A code out of a closed list; BlingError 400 if it is another."""
        value = self.text(name) or default
        if value not in allowed:
            raise invalid([field(3, f"O valor do parâmetro {name} é inválido.", name, "FILTROS")])
        return value

    def texts(self, name: str) -> list[str] | None:
        """The values of `name[]`, None if none was sent."""
        return self._lists.get(name)

    def integers(self, name: str) -> set[int] | None:
        """The whole numbers of `name[]`, None if none was sent."""
        listed = self._lists.get(name)
        return None if listed is None else {n for n in map(whole, listed) if n is not None}

    def span(self, prefix: str, now: float) -> tuple[float, float] | None:
        """The stretch between `{prefix}Inicial` and `{prefix}Final`; 400 over one year."""
        return span(self.text(f"{prefix}Inicial"), self.text(f"{prefix}Final"), now)

    def days(self, prefix: str, now: float) -> tuple[str, str] | None:
        """The same as calendar days, for dates without a time; 400 over one year."""
        if self.span(prefix, now) is None:
            return None
        start, end = self.text(f"{prefix}Inicial"), self.text(f"{prefix}Final")
        return (start or "")[:10], (end or "9999-12-31")[:10]

    def page(self, rows: Iterator[T]) -> list[T]:
        """One page; a full one is the only sign that there may be another."""
        number = max(1, self.integer("pagina", 1) or 1)
        size = min(LARGEST_PAGE, max(1, self.integer("limite", LARGEST_PAGE) or LARGEST_PAGE))
        return list(islice(rows, (number - 1) * size, number * size))
