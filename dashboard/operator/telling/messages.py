"""Quarentena: messages that became no events."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from connector.account.operator_messages import Verdict
from connector.store.directory import Quarantined, Unclaimed
from connector.store.operator_messages import QuarantinedRow, UnclaimedRow
from dashboard import formats
from dashboard.operator.views import MessageLine, MessagePage, Messages, Recipient, Tab
from dashboard.reader import N_, _
from dashboard.views.parts import Fact

PATH = "/operator/quarentena"
NOBODYS = f"{PATH}/sem-dono"
#: Characters of a body that are shown.
LONGEST = 20_000
REASONS = {
    "another_company": N_("de outra empresa que a da porta"),
    "refused_by_database": N_("recusado pelo banco de dados"),
}
VERDICTS = {
    Verdict.DONE: N_("Feito."),
    Verdict.GONE: N_("Outro operador já cuidou disto."),
    Verdict.STILL_STRANGE: N_("O aviso ainda não pode ser um evento. Ele continua aqui."),
    Verdict.UNCLAIMED: N_(
        "O aviso agora é legível, mas ninguém conectou a empresa. Ele está entre os sem dono."
    ),
    Verdict.NO_ACCOUNT: N_("Este cliente não tem esta empresa do Bling conectada."),
}


def quarantined(rows: list[QuarantinedRow], page: int, reason: str) -> Messages:
    """Messages that cannot be events."""
    lines = tuple(
        MessageLine(
            url=f"{PATH}/{row.id}",
            at=row.received_at,
            title=_reason(row.reason),
            detail=_("porta %(key)s") % {"key": row.account_key} if row.account_key else _("porta comum"),
            size=formats.size(row.size),
        )
        for row in rows[:page]
    )
    older = _older(PATH, {"motivo": reason}, rows[page - 1].id) if len(rows) > page else ""
    return Messages(
        tabs=_tabs(PATH),
        lead=_("Assinados pelo Bling, mas que não podem ser eventos."),
        filter=_reason(reason) if reason else "",
        filter_off=PATH,
        rows=lines,
        older=older,
    )


def unclaimed(rows: list[UnclaimedRow], page: int, company: str) -> Messages:
    """Messages of companies that nobody has connected."""
    lines = tuple(
        MessageLine(
            url=f"{NOBODYS}/{row.id}",
            at=row.received_at,
            title=row.event,
            detail=row.company_id,
            size=formats.size(row.size),
        )
        for row in rows[:page]
    )
    older = _older(NOBODYS, {"empresa": company}, rows[page - 1].id) if len(rows) > page else ""
    return Messages(
        tabs=_tabs(NOBODYS),
        lead=_("De empresas do Bling que nenhum cliente conectou. Ao conectar, os últimos passam sozinhos."),
        filter=company,
        filter_off=NOBODYS,
        rows=lines,
        older=older,
    )


def quarantined_page(found: Quarantined) -> MessagePage:
    """One that cannot be an event."""
    return MessagePage(
        kind="quarantined",
        path=f"{PATH}/{found.id}",
        title=_reason(found.reason),
        facts=(
            Fact(_("Recebido"), formats.date_clock(found.received_at)),
            Fact(_("Motivo"), found.reason),
            Fact(_("Porta"), found.account_key or _("comum")),
        ),
        body=_body(found.body),
        explanation=_("Repetir lê o aviso como a porta o leria hoje, com a Ponte de hoje."),
        recipients=(),
    )


def unclaimed_page(found: Unclaimed, recipients: list[Recipient]) -> MessagePage:
    """One of a company that nobody had connected."""
    explanation = (
        _("Estes clientes têm a empresa conectada agora. O aviso passa pela fila de quem você escolher.")
        if recipients
        else _("Nenhum cliente tem esta empresa conectada. Só quem a conecta pode receber o aviso.")
    )
    return MessagePage(
        kind="unclaimed",
        path=f"{NOBODYS}/{found.id}",
        title=found.event,
        facts=(
            Fact(_("Recebido"), formats.date_clock(found.received_at)),
            Fact(_("Empresa no Bling"), found.company_id),
            Fact(_("Aviso"), found.provider_event_id),
        ),
        body=_body(found.body),
        explanation=explanation,
        recipients=tuple(recipients),
    )


def verdict(found: Verdict) -> str:
    """What became of it."""
    return _(VERDICTS[found])


def _tabs(here: str) -> tuple[Tab, ...]:
    names = ((PATH, _("Não são eventos")), (NOBODYS, _("Sem dono")))
    return tuple(Tab(label=label, url=url, current=url == here) for url, label in names)


def _reason(reason: str) -> str:
    return _(REASONS[reason]) if reason in REASONS else reason


def _older(path: str, query: dict[str, str], last: object) -> str:
    kept = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode({**kept, 'depois': str(last)})}"


def _body(body: bytes) -> str:
    """Indented where it is JSON; what is no text is shown escaped."""
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "backslashreplace")
    return text[:LONGEST].encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
