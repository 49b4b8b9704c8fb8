"""What is wrong with a form, in words beside its fields."""

from __future__ import annotations

from connector.account.typed import SHORTEST_PASSWORD, Wrong
from dashboard.reader import _


def wrong(found: Wrong | None) -> str:
    """What to do about it; empty when all is well."""
    match found:
        case None:
            return ""
        case Wrong.NO_EMAIL:
            return _("Escreva um e-mail completo, como nome@empresa.com.br.")
        case Wrong.NO_NAME:
            return _("Escreva um nome, em uma linha.")
        case Wrong.SHORT_PASSWORD:
            return _("Use pelo menos %(number)s caracteres.") % {"number": SHORTEST_PASSWORD}
        case Wrong.LONG_PASSWORD:
            return _("A senha é longa demais.")
        case Wrong.BAD_PASSWORD:
            return _("A senha tem caracteres que não podem ser guardados.")
        case Wrong.NO_TERMS:
            return _("Para criar a conta é preciso aceitar.")
