"""Pages for everybody: sign-up, forgotten password, links that came by mail."""

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


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside the form; `path` is where a change of language leads back to."""

    path: str
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


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a form: what was typed stays, what is wrong stands beside it."""

    name: str
    label: str = ""
    value: str = ""
    error: str = ""
    hint: str = ""


class SignUp(msgspec.Struct, frozen=True, kw_only=True):
    """A new customer's form."""

    company: Field
    email: Field
    password: Field
    terms: Field


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """Whose password it is."""

    email: Field


class NewPassword(msgspec.Struct, frozen=True, kw_only=True):
    """The password alone."""

    password: Field


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said, and the way on."""

    title: str
    text: str
    url: str
    way_on: str


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """Terms or privacy notice: headings and what stands under them."""

    title: str
    parts: tuple[tuple[str, str], ...]


class InvitedForm(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation: who invites, and what is asked of the guest."""

    title: str
    text: str
    button: str
    name: Field | None = None
    password: Field | None = None
    terms: Field | None = None
