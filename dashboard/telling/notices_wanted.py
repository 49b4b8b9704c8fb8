"""Which mails a person wants, in words."""

from __future__ import annotations

from connector.account.notices import Kind, is_wanted
from connector.store.people import Member
from dashboard.reader import _
from dashboard.views.parts import Choice


def choices(member: Member | None) -> tuple[Choice, ...]:
    """All kinds, ticked where a mail is wanted; a stranger's have no ticks."""
    words = {
        Kind.BLING: _("Uma conta do Bling precisa de atenção"),
        Kind.BITRIX24: _("O portal do Bitrix24 precisa de atenção"),
        Kind.OTHER: _("Outras coisas que esperam por uma pessoa"),
        Kind.REMINDER: _("Lembretes no 1º, 3º e 7º dia"),
        Kind.RESOLVED: _("Quando tudo voltou ao normal"),
        Kind.DIGEST: _("Resumo diário: o que ontem trouxe, e o que precisa de você"),
        Kind.QUIET: _("O resumo também nos dias sem nada a contar"),
    }
    return tuple(
        Choice(kind.value, words[kind], member is not None and is_wanted(kind, member)) for kind in Kind
    )
