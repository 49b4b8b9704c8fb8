"""What people are told of changes that the guard rail stopped, in Portuguese and English."""

from __future__ import annotations

from connector.account.said import Said
from connector.domain.guard_rail import ALERT, Cause
from connector.store.alerts import Alert

#: The page where they are decided about.
PATH = "/retidos"

_FACTS = {
    "pt": {
        Cause.PRICE_ZERO: "Vários preços iriam a zero de uma vez. Seguramos antes de gravar.",
        Cause.PRICE_JUMP: "Vários preços mudariam muito de uma vez. Seguramos antes de gravar.",
        Cause.DEACTIVATED: "Muitos produtos seriam desativados de uma vez. Seguramos antes de gravar.",
    },
    "en": {
        Cause.PRICE_ZERO: "Several prices were about to go to zero at once. We held them before writing.",
        Cause.PRICE_JUMP: "Several prices were about to change a lot at once. We held them before writing.",
        Cause.DEACTIVATED: "Many products were about to be deactivated at once. We held them before writing.",
    },
}
_OVER = {
    "pt": "Resolvido: não há mais mudanças retidas por este motivo.",
    "en": "Resolved: no changes are held for this reason any more.",
}
_STEP = {
    "pt": "Veja a lista e escolha entre liberar e descartar.",
    "en": "See the list and choose between releasing and discarding.",
}
_WAITING = {
    "pt": ("1 mudança espera a sua decisão.", "{n} mudanças esperam a sua decisão."),
    "en": ("1 change waits for your decision.", "{n} changes wait for your decision."),
}
_BUTTONS = {"pt": "Ver as mudanças", "en": "See the changes"}


def is_about_holds(alert: Alert) -> bool:
    """Whether the guard rail is the cause."""
    return alert.cause.partition(":")[0] == ALERT


def said(alert: Alert, waiting: int, tongue: str) -> Said:
    """The fact and the next step."""
    if alert.resolved_at is not None:
        return Said(_OVER[tongue], (), _BUTTONS[tongue])
    one, many = _WAITING[tongue]
    count = (one if waiting == 1 else many.format(n=waiting),) if waiting else ()
    fact = _FACTS[tongue][Cause(alert.cause.partition(":")[2])]
    return Said(fact, (*count, _STEP[tongue]), _BUTTONS[tongue])
