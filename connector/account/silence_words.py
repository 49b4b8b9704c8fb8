"""What is said of accounts that Bling has stopped telling of, to the tenant and to operators."""

from __future__ import annotations

from collections.abc import Sequence

from connector.account.said import Said
from connector.mail.letters import Words
from connector.store.alerts import Alert
from connector.store.silences import CAUSE, Silence

#: Whose Bling app should tell: the alert's detail.
OURS, OWN = "ours", "own"
#: Accounts that a mail to operators names.
NAMED = 5

_FACT = {
    "pt": "O Bling deixou de avisar a Ponte do que muda na conta {subject}.",
    "en": "Bling has stopped telling Ponte of changes in the account {subject}.",
}
_SAFE = {
    "pt": "Nada se perdeu: a Ponte confere a conta a cada duas horas e traz o que mudou, só que mais tarde.",
    "en": "Nothing is lost: Ponte looks at the account every two hours and brings what changed, only later.",
}
_STEPS = {
    "pt": {
        OURS: "Já estamos vendo isso com o Bling. Você não precisa fazer nada.",
        OWN: "Veja no Bling se o seu aplicativo ainda tem os webhooks ligados.",
    },
    "en": {
        OURS: "We are looking into it with Bling already. You need not do anything.",
        OWN: "See at Bling whether your app still has its webhooks on.",
    },
}
_OVER = {
    "pt": "Resolvido: o Bling voltou a avisar do que muda na conta {subject}.",
    "en": "Resolved: Bling tells of changes in the account {subject} again.",
}
_PASSES = {"pt": "As mudanças chegam na hora de novo.", "en": "Changes arrive at once again."}
_BUTTONS = {"pt": "Ver conexões", "en": "See the connections"}

_TOLD = {
    "pt": Words(
        subject="Contas do Bling sem avisos: {count}",
        lines=(
            "Estas contas mudaram no Bling e nenhum aviso chegou: {names}.",
            "As mudanças vêm pela varredura, a cada duas horas. Veja no Bling se o aplicativo, ou o do "
            "próprio cliente, ainda tem os webhooks ligados, e se os avisos chegam ao servidor.",
        ),
        button="Ver o pulso do Bling",
        close="Você recebe este e-mail porque opera a Ponte.",
    ),
    "en": Words(
        subject="Bling accounts without messages: {count}",
        lines=(
            "These accounts changed in Bling and no message came: {names}.",
            "Their changes come by the sweep, every two hours. See at Bling whether the app, or the "
            "tenant's own one, still has its webhooks on, and whether messages reach the server.",
        ),
        button="See Bling's pulse",
        close="You get this mail because you operate Ponte.",
    ),
}
_ALL_SPEAK = {
    "pt": Words(
        subject="Resolvido: o Bling voltou a avisar",
        lines=("Todas as contas que estavam sem avisos voltaram a recebê-los.",),
        button="Ver o pulso do Bling",
        close="Você recebe este e-mail porque opera a Ponte.",
    ),
    "en": Words(
        subject="Resolved: Bling tells again",
        lines=("All accounts that were without messages get them again.",),
        button="See Bling's pulse",
        close="You get this mail because you operate Ponte.",
    ),
}
_MORE = {"pt": "e mais {n}", "en": "and {n} more"}


def is_about_silence(alert: Alert) -> bool:
    """Whether the cause is an account that Bling has stopped telling of."""
    return alert.cause.startswith(CAUSE)


def said(alert: Alert, tongue: str) -> Said:
    """The fact, what is safe, and whose turn it is."""
    if alert.resolved_at is not None:
        return Said(_OVER[tongue].format(subject=alert.subject), (_PASSES[tongue],), _BUTTONS[tongue])
    step = _STEPS[tongue].get(alert.detail, _STEPS[tongue][OURS])
    return Said(_FACT[tongue].format(subject=alert.subject), (_SAFE[tongue], step), _BUTTONS[tongue])


def operators_told(found: Sequence[Silence], language: str) -> Words:
    """Of accounts that have fallen silent."""
    tongue = _tongue(language)
    names = [f"{one.tenant} ({one.account})" for one in found[:NAMED]]
    if len(found) > NAMED:
        names.append(_MORE[tongue].format(n=len(found) - NAMED))
    return _TOLD[tongue].filled({"count": str(len(found)), "names": ", ".join(names)})


def operators_over(language: str) -> Words:
    """All of them speak again."""
    return _ALL_SPEAK[_tongue(language)]


def _tongue(language: str) -> str:
    return "en" if language == "en" else "pt"
