"""What alerts say, in Portuguese and English: the fact, what is safe, the next step."""

from __future__ import annotations

from connector.account import hold_words, licence_words, silence_words
from connector.account.licence_alerts import LICENCE, QUOTA
from connector.account.said import Said
from connector.domain.vendor import ConnectionState
from connector.mail.letters import Words
from connector.store.alerts import Alert

_FACTS = {
    "pt": {
        ConnectionState.NEEDS_RECONNECT: "A conexão com {subject} expirou.",
        ConnectionState.INACTIVE: "A empresa está inativa em {subject}.",
        ConnectionState.SCOPE_MISSING: "Falta uma permissão na conexão com {subject}.",
        ConnectionState.UNINSTALLED: "A Ponte foi desinstalada de {subject}.",
    },
    "en": {
        ConnectionState.NEEDS_RECONNECT: "The connection to {subject} has expired.",
        ConnectionState.INACTIVE: "The company is inactive in {subject}.",
        ConnectionState.SCOPE_MISSING: "The connection to {subject} lacks a permission.",
        ConnectionState.UNINSTALLED: "Ponte was uninstalled from {subject}.",
    },
}
_OTHER = {"pt": "A conexão com {subject} parou.", "en": "The connection to {subject} has stopped."}
_OVER = {
    "pt": "Resolvido: a conexão com {subject} voltou.",
    "en": "Resolved: the connection to {subject} is back.",
}
_SAFE = {
    "pt": "Nada se perdeu. Reconecte, e o que mudar passa de novo.",
    "en": "Nothing is lost. Reconnect, and changes pass again.",
}
_WAITING = {
    "pt": ("Nada se perdeu: 1 alteração aguarda.", "Nada se perdeu: {n} alterações aguardam."),
    "en": ("Nothing is lost: 1 change is waiting.", "Nothing is lost: {n} changes are waiting."),
}
_STEP = {"pt": "Reconecte para liberar tudo.", "en": "Reconnect to release them all."}
_PASSES = {"pt": "O que esperava já está passando.", "en": "What was waiting is passing already."}
_BUTTONS = {"pt": ("Reconectar", "Ver conexões"), "en": ("Reconnect", "See the connections")}
_CLOSE = {
    "pt": "Você recebe este aviso porque administra {company} na Ponte.",
    "en": "You get this notice because you manage {company} at Ponte.",
}


def letter_words(alert: Alert, company: str, waiting: int, language: str) -> Words:
    """The letter to one person."""
    tongue = _tongue(language)
    told = _said(alert, waiting, tongue)
    return Words(
        subject=told.fact.removesuffix("."),
        lines=(told.fact, *told.steps),
        button=told.button,
        close=_CLOSE[tongue].format(company=company),
    )


def notice(alert: Alert, waiting: int, language: str) -> str:
    """The same in a line, for Bitrix24's bell."""
    told = _said(alert, waiting, _tongue(language))
    return "Ponte: " + " ".join((told.fact, *told.steps))


def is_about_money(alert: Alert) -> bool:
    """Whether the licence or the plan is the cause, and no connection."""
    return alert.cause.partition(":")[0] in (LICENCE, QUOTA)


def _tongue(language: str) -> str:
    return "en" if language == "en" else "pt"


def _said(alert: Alert, waiting: int, tongue: str) -> Said:
    if is_about_money(alert):
        return licence_words.said(alert, waiting, tongue)
    if hold_words.is_about_holds(alert):
        return hold_words.said(alert, waiting, tongue)
    if silence_words.is_about_silence(alert):
        return silence_words.said(alert, tongue)
    over = alert.resolved_at is not None
    button = _BUTTONS[tongue][1 if over else 0]
    return Said(_fact(alert, tongue), _next(waiting, tongue, over=over), button)


def _fact(alert: Alert, tongue: str) -> str:
    if alert.resolved_at is not None:
        return _OVER[tongue].format(subject=alert.subject)
    return _FACTS[tongue].get(ConnectionState(alert.detail), _OTHER[tongue]).format(subject=alert.subject)


def _next(waiting: int, tongue: str, *, over: bool) -> tuple[str, ...]:
    if over:
        return (_PASSES[tongue],)
    if not waiting:
        return (_SAFE[tongue],)
    one, many = _WAITING[tongue]
    return (one if waiting == 1 else many.format(n=waiting), _STEP[tongue])
