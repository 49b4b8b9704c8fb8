"""Entrar."""

from __future__ import annotations

import msgspec

from dashboard.reader import _
from dashboard.views.parts import Chip


class Example(msgspec.Struct, frozen=True):
    """A line of the picture beside the form."""

    icon: str
    label: str
    detail: str
    chip: Chip


#: The bridge's hangers: x, and y where each meets the arch.
HANGERS = (
    *((190, 687), (220, 642), (250, 611), (280, 587), (310, 570), (340, 559), (370, 552), (400, 550)),
    *((430, 552), (460, 559), (490, 570), (520, 587), (550, 611), (580, 642), (610, 687)),
)


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """The form with what was typed."""

    email: str = ""
    error: str = ""
    next: str = "/"
    hangers: tuple[tuple[int, int], ...] = HANGERS

    @property
    def examples(self) -> tuple[Example, ...]:
        """Three changes, invented."""
        return (
            Example(
                "package",
                "Garrafa térmica inox 500 ml",
                _("Preço R$ 84,90 → R$ 89,90"),
                Chip(_("Atualizado"), "ok"),
            ),
            Example(
                "package",
                "Cafeteira italiana 6 xícaras",
                _("produto criado, 5 campos"),
                Chip(_("Criado"), "ok"),
            ),
            Example("package", "Pote hermético 1,2 L", _("Ativo Sim → Não"), Chip(_("Atualizado"), "ok")),
        )


class ProblemPage(msgspec.Struct, frozen=True, kw_only=True):
    """An error in plain words."""

    title: str
    text: str
    url: str
    way_on: str
