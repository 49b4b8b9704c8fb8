"""Letters to operators, Portuguese first."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from connector.mail.letters import Words

BRAZIL = ZoneInfo("America/Sao_Paulo")

_SILENT = {
    "pt": Words(
        subject="O Bling parou de enviar {resource}",
        lines=(
            "O último aviso de {resource} chegou em {last}. Desde então, muitos costumariam ter vindo.",
            "O Bling desliga um webhook sem avisar depois de dias de falhas. "
            "Veja no Bling se o aplicativo ainda tem este recurso ligado, e se os avisos chegam ao servidor.",
        ),
        button="Ver o pulso do Bling",
        close="Você recebe este e-mail porque opera a Ponte.",
    ),
    "en": Words(
        subject="Bling has stopped sending {resource}",
        lines=(
            "The last message about {resource} came at {last}. Usually many would have come since.",
            "Bling disables a webhook without telling after days of failures. "
            "See at Bling whether the app still has this resource on, and whether messages reach the server.",
        ),
        button="See Bling's pulse",
        close="You get this mail because you operate Ponte.",
    ),
}
_SPEAKS = {
    "pt": Words(
        subject="O Bling voltou a enviar {resource}",
        lines=(
            "Os avisos de {resource} voltaram a chegar. O silêncio vinha desde {last}.",
            "O que mudou nesse tempo não chegou por aviso: importe as mudanças dos clientes que importam.",
        ),
        button="Ver o pulso do Bling",
        close="Você recebe este e-mail porque opera a Ponte.",
    ),
    "en": Words(
        subject="Bling sends {resource} again",
        lines=(
            "Messages about {resource} arrive again. They had been missing since {last}.",
            "What changed meanwhile came by no message: import the changes of the tenants that matter.",
        ),
        button="See Bling's pulse",
        close="You get this mail because you operate Ponte.",
    ),
}


def silent_words(resource: str, last_at: datetime, language: str) -> Words:
    """A resource has fallen silent."""
    return _filled(_SILENT, resource, last_at, language)


def speaks_words(resource: str, last_at: datetime, language: str) -> Words:
    """It speaks again."""
    return _filled(_SPEAKS, resource, last_at, language)


def _filled(known: dict[str, Words], resource: str, last_at: datetime, language: str) -> Words:
    last = f"{last_at.astimezone(BRAZIL):%d/%m/%Y %H:%M}"
    return known["en" if language == "en" else "pt"].filled({"resource": resource, "last": last})
