"""Every screen of `/dev/components` by name: its template, and what that is given."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.dev import (
    sample_comparisons,
    sample_deal,
    sample_events,
    sample_help,
    sample_operator,
    sample_order,
    sample_overview,
    sample_product,
    sample_records,
    sample_remedies,
    sample_runs,
    sample_settings,
    sample_team,
)
from dashboard.views.public import Picture
from dashboard.views.sign_in import SignIn

Screen = Callable[[], tuple[str, dict[str, object]]]


def _shown(template: str, view: Callable[[], object], **more: Callable[[], object]) -> Screen:
    return lambda: (template, {"view": view()} | {name: one() for name, one in more.items()})


def _none() -> None:
    return None


def _picture() -> Picture:
    return Picture(path="/dev/components")


def _signing_in() -> SignIn:
    return SignIn(email="helena@aurora.example", error="E-mail e senha não conferem. Tente de novo.")


def _house() -> object:
    return sample_operator.house("/dev/components")


SCREENS: dict[str, Screen] = {
    "visao-geral": _shown("overview.html", sample_overview.overview_well, card=sample_comparisons.card),
    "visao-geral-primeira": _shown("overview.html", sample_overview.overview_first),
    "conexoes": _shown("connections.html", sample_settings.connections_view),
    "produto": _shown("product.html", sample_product.full),
    "produto-vazio": _shown("product.html", sample_product.empty),
    "produto-leitura": _shown("product.html", sample_product.reading),
    "pedido": _shown("order.html", sample_order.order_view),
    "pedido-recusado": _shown("order.html", sample_order.refused),
    "pedido-leitura": _shown("order.html", sample_order.away),
    "pedido-vazio": _shown("order.html", sample_order.empty),
    "protecao": _shown("protection.html", sample_records.limits),
    "eventos": _shown("events.html", sample_events.events_view),
    "eventos-vazio": _shown("events.html", lambda: sample_events.events_view(rows=False)),
    "evento": _shown("event.html", lambda: sample_events.event_view(failed=False), dry_run=_none),
    "evento-falhou": _shown(
        "event.html",
        lambda: sample_events.event_view(failed=True),
        dry_run=lambda: sample_events.SIMULATION,
    ),
    "evento-pedido": _shown("event.html", sample_deal.created, dry_run=_none),
    "evento-pedido-alterado": _shown("event.html", sample_deal.changed, dry_run=_none),
    "evento-pedido-espera": _shown("event.html", sample_deal.held, dry_run=_none),
    "registros": _shown("records.html", sample_deal.records_view),
    "registros-motivo": _shown("records.html", sample_remedies.of_a_reason),
    "registro": _shown("record.html", sample_records.in_step, sides=sample_records.compared, choice=_none),
    "registro-escolher": _shown(
        "record.html", sample_records.ambiguous, sides=_none, choice=sample_records.choice
    ),
    "registro-corrigir": _shown("record.html", sample_records.wrong, sides=_none, choice=_none),
    "remedio": _shown("remedy.html", sample_remedies.confirm),
    "retidos": _shown("holds.html", sample_records.held),
    "retidos-vazio": _shown("holds.html", sample_records.nothing_held),
    "importacao": _shown("imports.html", sample_runs.imports, card=sample_comparisons.card),
    "importacao-recusada": _shown("imports.html", sample_runs.refused, card=sample_comparisons.card),
    "importacao-com-falhas": _shown("import.html", sample_runs.done_with_failures),
    "importacao-cancelar": _shown("run_cancel.html", sample_runs.cancel),
    "ensaio": _shown("rehearsal.html", sample_runs.rehearsal),
    "exportacao": _shown("exports.html", sample_runs.exports),
    "conferencia": _shown("reconciliation.html", sample_comparisons.comparison),
    "conferencia-em-andamento": _shown("reconciliation.html", sample_comparisons.comparing),
    "conferencia-corrigir": _shown("reconciliation_confirm.html", sample_comparisons.repair),
    "conferencias": _shown("agreement.html", sample_comparisons.agreement),
    "ultimos-30-dias": _shown("month.html", sample_records.thirty_days),
    "ultimos-30-dias-vazio": _shown("month.html", lambda: sample_records.thirty_days(empty=True)),
    "licenca": _shown("licence.html", sample_records.licence),
    "equipe": _shown("team.html", sample_team.team),
    "ajuda": _shown("help_topic.html", sample_help.topic),
    "ajuda-preco": _shown("help_topic.html", sample_help.prices, picture=_picture),
    "status-com-demora": _shown("status.html", sample_help.status_late, picture=_picture),
    "status-problema": _shown("status.html", sample_help.status_broken, picture=_picture),
    "problema": _shown("problem.html", sample_help.problem),
    "entrar": _shown("sign_in.html", _signing_in, picture=_picture),
    "criar-conta": _shown("sign_up.html", sample_help.sign_up, picture=_picture),
    "operador-clientes": _shown("operator/tenants.html", sample_operator.tenants, house=_house),
    "operador-cliente": _shown("operator/tenant.html", sample_operator.tenant, house=_house),
    "operador-filas": _shown("operator/queues.html", sample_operator.queues, house=_house),
}
