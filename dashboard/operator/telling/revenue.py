"""Receita: who pays what, and whose licence ends soon."""

from __future__ import annotations

from decimal import Decimal

from connector.domain.licence import LicenceSource, LicenceState
from connector.domain.plans import PLANS
from connector.store.operator_tenants import Ending, LicenceCount
from dashboard import formats
from dashboard.operator.telling import words
from dashboard.operator.views import EndingLine, Figure, LicenceLine, Revenue
from dashboard.reader import _

#: Of these money comes in every month (in grace it was asked for and not paid yet).
PAYING = (LicenceState.ACTIVE, LicenceState.GRACE)


def revenue(counts: list[LicenceCount], ending: list[Ending]) -> Revenue:
    """The screen."""
    return Revenue(
        figures=_figures(counts),
        plans=tuple(plan.name for plan in PLANS.values()),
        lines=tuple(_line(state, counts) for state in LicenceState),
        ending=tuple(_ending(one) for one in ending),
    )


def _figures(counts: list[LicenceCount]) -> tuple[Figure, ...]:
    paying = [one for one in counts if one.state in PAYING and one.source == LicenceSource.STRIPE]
    monthly = sum(_price(one) for one in paying)
    late = sum(_price(one) for one in paying if one.state == LicenceState.GRACE)
    return (
        Figure(
            name=_("Receita mensal"),
            value=formats.money(Decimal(monthly) / 100),
            meaning=_("assinaturas ativas e em tolerância, preço de tabela"),
        ),
        Figure(
            name=_("Em tolerância"),
            value=formats.money(Decimal(late) / 100),
            meaning=_("cobrado e ainda não pago"),
            tone="wait" if late else "",
        ),
        Figure(
            name=_("Assinantes"),
            value=formats.number(sum(one.n for one in paying)),
            meaning=_("pagam pelo Stripe"),
        ),
        Figure(
            name=_("Em teste"),
            value=formats.number(sum(one.n for one in counts if one.state == LicenceState.TRIAL)),
            meaning=_("ainda sem cartão"),
        ),
    )


def _price(one: LicenceCount) -> int:
    """Cents."""
    return one.n * PLANS[one.plan].price_cents if one.plan in PLANS else 0


def _line(state: LicenceState, counts: list[LicenceCount]) -> LicenceLine:
    mine = [one for one in counts if one.state == state]
    by_plan = (sum(one.n for one in mine if one.plan == key) for key in PLANS)
    return LicenceLine(
        state=words.licence(state),
        counts=tuple(map(formats.number, by_plan)),
        total=formats.number(sum(one.n for one in mine)),
    )


def _ending(one: Ending) -> EndingLine:
    return EndingLine(
        url=f"/operator/clientes/{one.tenant_id}",
        name=one.name,
        chip=words.licence(one.state),
        plan=words.plan(one.plan),
        ends_at=one.ends_at,
    )
