"""The words of every letter, Portuguese first. `{…}` are filled in by whoever writes the letter."""

from __future__ import annotations

from enum import StrEnum

from connector.mail.letters import Words


class Occasion(StrEnum):
    """Why we write."""

    CONFIRM = "confirm"
    ALREADY_KNOWN = "already_known"
    RESET = "reset"
    INVITATION = "invitation"


_NOT_YOU = "Se não foi você, ignore este e-mail: nada acontece."
_NOT_YOU_EN = "If this was not you, ignore this mail: nothing happens."

PORTUGUESE = {
    Occasion.CONFIRM: Words(
        subject="Confirme seu e-mail na Ponte",
        lines=(
            "Falta um passo para {company} começar na Ponte: confirmar que este e-mail é seu.",
            "O link vale por 24 horas e funciona uma vez.",
        ),
        button="Confirmar e-mail",
        close=_NOT_YOU,
    ),
    Occasion.ALREADY_KNOWN: Words(
        subject="Você já tem conta na Ponte",
        lines=(
            "Alguém pediu uma conta nova com este e-mail, mas ele já tem uma.",
            "Entre com a senha que você já usa. Se não se lembra dela, escolha Esqueci a senha nessa página.",
        ),
        button="Entrar na Ponte",
        close=_NOT_YOU,
    ),
    Occasion.RESET: Words(
        subject="Escolha uma nova senha na Ponte",
        lines=(
            "Recebemos um pedido para trocar a sua senha na Ponte.",
            "O link vale por uma hora e funciona uma vez. "
            "A senha atual continua valendo até você escolher outra.",
        ),
        button="Escolher nova senha",
        close=_NOT_YOU,
    ),
    Occasion.INVITATION: Words(
        subject="{inviter} convidou você para {company} na Ponte",
        lines=(
            "{inviter} convidou você para acompanhar {company} na Ponte, "
            "que mantém o Bling e o Bitrix24 iguais.",
            "O convite vale por 7 dias e só para este e-mail.",
        ),
        button="Ver o convite",
        close="Se você não conhece quem convidou, ignore este e-mail: nada acontece.",
    ),
}

ENGLISH = {
    Occasion.CONFIRM: Words(
        subject="Confirm your e-mail at Ponte",
        lines=(
            "One step is left before {company} can start with Ponte: confirm that this address is yours.",
            "The link is good for 24 hours and works once.",
        ),
        button="Confirm e-mail",
        close=_NOT_YOU_EN,
    ),
    Occasion.ALREADY_KNOWN: Words(
        subject="You already have a Ponte account",
        lines=(
            "Somebody asked for a new account with this address, but it already has one.",
            "Sign in with the password you use already. If you have forgotten it, "
            "choose Forgot password on the same page.",
        ),
        button="Sign in to Ponte",
        close=_NOT_YOU_EN,
    ),
    Occasion.RESET: Words(
        subject="Choose a new password for Ponte",
        lines=(
            "We received a request to change your password at Ponte.",
            "The link is good for an hour and works once. "
            "Your present password stays in force until you choose another.",
        ),
        button="Choose a new password",
        close=_NOT_YOU_EN,
    ),
    Occasion.INVITATION: Words(
        subject="{inviter} invited you to {company} at Ponte",
        lines=(
            "{inviter} invited you to follow {company} at Ponte, which keeps Bling and Bitrix24 in step.",
            "The invitation is good for 7 days and for this address alone.",
        ),
        button="See the invitation",
        close="If you do not know who invited you, ignore this mail: nothing happens.",
    ),
}


def words(occasion: Occasion, language: str) -> Words:
    """What is said on this occasion; Portuguese unless English is asked for."""
    return (ENGLISH if language == "en" else PORTUGUESE)[occasion]
