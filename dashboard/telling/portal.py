"""What is said when an opening or a consent of Bitrix24's comes to nothing."""

from __future__ import annotations

from connector.domain.vendor import VendorError
from dashboard.reader import _
from dashboard.views.portal import Refusal


def refusal(error: VendorError, status: int) -> Refusal:
    """Title and next step for a person; never the vendor's own text."""
    title, text = _told(error.code, status)
    return Refusal(title=title, text=text)


def _told(code: str, status: int) -> tuple[str, str]:
    match code:
        case "not_admin":
            return _("Fale com o administrador do portal"), _(
                "Só um administrador do Bitrix24 pode conectar a Ponte. "
                "Peça a ele que abra o aplicativo uma vez."
            )
        case "removed":
            return _("Seu acesso foi retirado"), _("Fale com quem administra a Ponte na sua empresa.")
        case "people_full":
            return _("O plano da sua empresa está cheio"), _(
                "Ele não inclui mais pessoas. Fale com quem administra a Ponte na sua empresa."
            )
        case "role":
            return _("Seu papel só permite ver"), _(
                "Peça a um administrador da Ponte que conecte este portal."
            )
        case "portal_taken":
            return _("Este portal já está conectado"), _(
                "Ele pertence a outra conta da Ponte. Abra o aplicativo dentro do Bitrix24 para entrar nela."
            )
        case "other_portal":
            return _("Sua conta já tem outro portal"), _(
                "Cada conta da Ponte acompanha um portal. "
                "Para este, abra o aplicativo no Bitrix24 e escolha Continuar."
            )
        case "inner_address" | "not_https":
            return _("Não alcançamos este portal"), _(
                "O endereço do portal precisa começar com https:// e ser público na internet."
            )
        case "opening_gone":
            return _("A página ficou aberta tempo demais"), _("Abra o aplicativo de novo no Bitrix24.")
        case "portal_unknown":
            return _("Este portal ainda não usa a Ponte"), _(
                "Abra o aplicativo Ponte dentro do Bitrix24 como administrador, "
                "ou crie uma conta e conecte o portal."
            )
        case "code" | "state" | "invalid_grant":
            return _("A autorização não vale mais"), _("Ela só vale por instantes e uma vez. Comece de novo.")
    return _otherwise(status)


def _otherwise(status: int) -> tuple[str, str]:
    if status == 429:
        return _("Muitas aberturas em pouco tempo"), _("Espere um minuto e abra o aplicativo de novo.")
    if status == 503:
        return _("O Bitrix24 não respondeu"), _("Espere um instante e tente de novo. Nada foi alterado.")
    return _("Não reconhecemos este portal"), _("Abra a Ponte pelo menu de aplicativos do seu Bitrix24.")
