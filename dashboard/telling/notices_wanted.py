"""Which mails a person wants, in words."""

from __future__ import annotations

from collections.abc import Collection

from connector.account.notices import Kind
from dashboard.reader import _
from dashboard.views.parts import Choice


def choices(muted: Collection[str]) -> tuple[Choice, ...]:
    """All kinds, ticked where a mail is wanted."""
    words = {
        Kind.BLING: _("Uma conta do Bling precisa de atenção"),
        Kind.BITRIX24: _("O portal do Bitrix24 precisa de atenção"),
        Kind.OTHER: _("Outras coisas que esperam por uma pessoa"),
        Kind.REMINDER: _("Lembretes no 1º, 3º e 7º dia"),
        Kind.RESOLVED: _("Quando tudo voltou ao normal"),
    }
    return tuple(Choice(kind.value, words[kind], kind not in muted) for kind in Kind)
