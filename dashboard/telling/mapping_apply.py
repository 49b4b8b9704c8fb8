"""A new version of the mapping and what is synced already."""

from __future__ import annotations

from connector.sync.applying import Applied
from dashboard.reader import _, plural
from dashboard.views.mapping import Apply


def offer(found: Applied) -> Apply | None:
    """Asked after a save, with the count; None when everything is of this version already."""
    if not found.records:
        return None
    sentence = plural(
        "%(num)s produto já sincronizado ainda está como a versão anterior o gravou.",
        "%(num)s produtos já sincronizados ainda estão como a versão anterior os gravou.",
        found.records,
    )
    if found.more:
        sentence += " " + _("São muitos: a aplicação vai por partes.")
    return Apply(sentence=sentence, button=_("Aplicar ao que já está sincronizado"))


def applied(count: str) -> str:
    """Said after it was carried out; empty when it was not."""
    if not (count.isascii() and count.isdecimal() and len(count) <= 9):
        return ""
    return plural("%(num)s produto na fila", "%(num)s produtos na fila", int(count))
