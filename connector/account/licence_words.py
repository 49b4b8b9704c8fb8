"""What people are told of the licence and of the plan's room, in Portuguese and English."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from connector.account.said import Said
from connector.store.alerts import Alert

PATH = "/licenca"

_BRAZIL = ZoneInfo("America/Sao_Paulo")
_DATES = {"pt": "%d/%m/%Y", "en": "%-d %b %Y"}
_FACTS = {
    "pt": {
        "licence:trial": "O teste da Ponte termina em {date}.",
        "licence:grace": "O último pagamento da Ponte não passou.",
        "licence:suspended": "A licença da Ponte está suspensa.",
        "licence:canceled": "A assinatura da Ponte terminou.",
        "quota:80": "80 % do plano {subject} já foi usado neste mês.",
        "quota:100": "O limite do plano {subject} para este mês foi atingido.",
    },
    "en": {
        "licence:trial": "The Ponte trial ends on {date}.",
        "licence:grace": "The last payment for Ponte did not go through.",
        "licence:suspended": "The Ponte licence is suspended.",
        "licence:canceled": "The Ponte subscription has ended.",
        "quota:80": "80% of the {subject} plan is used this month.",
        "quota:100": "This month's limit of the {subject} plan is reached.",
    },
}
_STEPS = {
    "pt": {
        "licence:trial": "Escolha um plano até lá para que nada pare.",
        "licence:grace": "Tudo segue sincronizando até {date}. Atualize o pagamento para não parar.",
        "licence:suspended": "Nada mais sincroniza. O que muda no Bling fica guardado por 30 dias, "
        "e passa quando a licença voltar.",
        "licence:canceled": "Nada mais sincroniza. O que muda no Bling fica guardado por 30 dias, "
        "e passa se você assinar de novo.",
        "quota:80": "Ao chegar ao limite, as mudanças esperam o próximo mês ou um plano maior.",
        "quota:100": "As mudanças esperam o próximo mês ou um plano maior. Nada se perde.",
    },
    "en": {
        "licence:trial": "Choose a plan before that, and nothing stops.",
        "licence:grace": "Everything goes on syncing until {date}. Update the payment to keep it so.",
        "licence:suspended": "Nothing syncs any more. What changes in Bling is kept for 30 days, "
        "and passes when the licence is back.",
        "licence:canceled": "Nothing syncs any more. What changes in Bling is kept for 30 days, "
        "and passes if you subscribe again.",
        "quota:80": "At the limit, changes wait for the next month or a larger plan.",
        "quota:100": "Changes wait for the next month or a larger plan. Nothing is lost.",
    },
}
_OVER = {
    "pt": {
        "licence:grace": "Resolvido: o pagamento da Ponte passou.",
        "quota:100": "Resolvido: há espaço no plano de novo.",
        "": "Resolvido: a licença da Ponte está ativa.",
    },
    "en": {
        "licence:grace": "Resolved: the payment for Ponte went through.",
        "quota:100": "Resolved: the plan has room again.",
        "": "Resolved: the Ponte licence is active.",
    },
}
_PASSES = {"pt": "O que esperava já está passando.", "en": "What was waiting is passing already."}
_WAITING = {
    "pt": ("1 alteração aguarda.", "{n} alterações aguardam."),
    "en": ("1 change is waiting.", "{n} changes are waiting."),
}
_BUTTONS = {"pt": "Ver a licença", "en": "See the licence"}


def said(alert: Alert, waiting: int, tongue: str) -> Said:
    """The fact and the next step."""
    if alert.resolved_at is not None:
        over = _OVER[tongue]
        return Said(over.get(alert.cause, over[""]), (_PASSES[tongue],), _BUTTONS[tongue])
    values = {"subject": alert.subject, "date": _date(alert.detail, tongue)}
    fact = _FACTS[tongue][alert.cause].format(**values)
    steps = (_STEPS[tongue][alert.cause].format(**values), *_waiting(waiting, tongue))
    return Said(fact, steps, _BUTTONS[tongue])


def _waiting(waiting: int, tongue: str) -> tuple[str, ...]:
    if not waiting:
        return ()
    one, many = _WAITING[tongue]
    return (one if waiting == 1 else many.format(n=waiting),)


def _date(text: str, tongue: str) -> str:
    """Of an ISO moment, as people write it; empty for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return moment.astimezone(_BRAZIL).strftime(_DATES[tongue])
