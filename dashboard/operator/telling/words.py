"""Words that only operators read, and how they count."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.domain.events import Lane
from connector.domain.licence import LicenceState
from connector.domain.plans import PLANS
from dashboard import formats
from dashboard.reader import N_, _
from dashboard.views.parts import Chip, Tone

LICENCES: dict[str, tuple[str, Tone]] = {
    LicenceState.TRIAL.value: (N_("Teste"), "run"),
    LicenceState.ACTIVE.value: (N_("Ativa"), "ok"),
    LicenceState.GRACE.value: (N_("Em tolerância"), "wait"),
    LicenceState.SUSPENDED.value: (N_("Suspensa"), "need"),
    LicenceState.CANCELED.value: (N_("Cancelada"), ""),
    LicenceState.GRANTED.value: (N_("Manual"), "ok"),
}
LANES: dict[Lane, str] = {
    Lane.LIVE: N_("Ao vivo"),
    Lane.REPLAY: N_("Reprocesso"),
    Lane.IMPORT: N_("Importação"),
    Lane.RECONCILE: N_("Conferência"),
}
RESOURCES = {
    "product": N_("Produtos"),
    "order": N_("Pedidos"),
    "invoice": N_("Notas fiscais"),
    "consumer_invoice": N_("Notas ao consumidor"),
    "stock": N_("Estoques"),
    "virtual_stock": N_("Estoque virtual"),
    "product_supplier": N_("Fornecedores de produtos"),
    "contact": N_("Contatos"),
}


def licence(state: str) -> Chip:
    """The chip of a licence's state."""
    label, tone = LICENCES.get(state, (state, ""))
    return Chip(_(label), tone)


def plan(key: str) -> str:
    """`Profissional`; a plan that is none of ours stands for itself."""
    return PLANS[key].name if key in PLANS else key


def lane(value: Lane) -> str:
    """`Ao vivo`."""
    return _(LANES[value])


def resource(name: str) -> str:
    """`Produtos`; one that we have no word for stands for itself."""
    return _(RESOURCES[name]) if name in RESOURCES else name


def up_to(count: int, most: int) -> str:
    """`1.000+` where counting stopped."""
    return f"{formats.number(most)}+" if count >= most else formats.number(count)


def lasting(passed: timedelta) -> str:
    """`12 s`, `3 min`, `2 h`, `4 d`."""
    seconds = max(0, int(passed.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min"
    return f"{seconds // 3_600} h" if seconds < 172_800 else f"{seconds // 86_400} d"


def overdue(due_at: datetime | None, now: datetime) -> str:
    """How long something has been due; a dash when it is not."""
    return "–" if due_at is None or due_at > now else lasting(now - due_at)
