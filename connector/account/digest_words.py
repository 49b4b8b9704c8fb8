"""What the daily digest says, in Portuguese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connector.domain.events import Reason, RecordState
from connector.domain.remedies import state_of
from connector.mail.letters import Words

if TYPE_CHECKING:
    from connector.account.digest import Digest

_DATES = {"pt": "%d/%m", "en": "%-d %b"}
_SUBJECTS = {
    "pt": ("Ponte em {date}: tudo em dia", "Ponte em {date}: {n} precisam de você"),
    "en": ("Ponte on {date}: all in step", "Ponte on {date}: {n} need you"),
}
_WAITS = {"pt": "Ponte em {date}: {n} aguardando", "en": "Ponte on {date}: {n} waiting"}
_ONE_NEEDS = {"pt": "Ponte em {date}: 1 precisa de você", "en": "Ponte on {date}: 1 needs you"}
_COUNTS = {
    "pt": "Ontem em {company}: {created} criados, {updated} atualizados, {failed} falharam no Bitrix24.",
    "en": "Yesterday at {company}: {created} created, {updated} updated, {failed} failed in Bitrix24.",
}
_QUIET = {
    "pt": "Ontem nada mudou em {company}, e nada espera por você.",
    "en": "Nothing changed at {company} yesterday, and nothing waits for you.",
}
_WELL = {"pt": "Nada precisa de você.", "en": "Nothing needs you."}
_WAITING = {
    "pt": ("1 mudança aguarda: {why}.", "{n} mudanças aguardam: {why}."),
    "en": ("1 change is waiting: {why}.", "{n} changes are waiting: {why}."),
}
_NEEDS = {
    "pt": ("1 registro precisa de você: {why}.", "{n} registros precisam de você: {why}."),
    "en": ("1 record needs you: {why}.", "{n} records need you: {why}."),
}
_BUTTONS = {"pt": "Abrir a Ponte", "en": "Open Ponte"}
_CLOSE = {
    "pt": "Você recebe este resumo porque administra {company} na Ponte. Em Equipe você escolhe os avisos.",
    "en": "You get this digest because you manage {company} at Ponte. Choose your mails in Team.",
}
WHY: Mapping[str, Mapping[Reason, str]] = {
    "pt": {
        Reason.QUOTA: "o limite do plano foi atingido",
        Reason.LICENCE: "a licença não está ativa",
        Reason.PAUSED: "a sincronização está em pausa",
        Reason.RUN_PAUSED: "a importação está em pausa",
        Reason.NEEDS_RECONNECT: "uma conexão expirou",
        Reason.INACTIVE: "a empresa está inativa no Bling",
        Reason.SCOPE_MISSING: "falta uma permissão na conexão",
        Reason.NOT_CONNECTED: "um dos lados não está conectado",
        Reason.STAGE_MISSING: "a situação do Bling não tem etapa no Bitrix24",
        Reason.GUARD_RAIL: "mudanças fora do comum esperam sua decisão",
        Reason.AMBIGUOUS: "mais de um produto do Bitrix24 combina",
        Reason.LOOP: "algo muda o registro em círculo",
        Reason.PARENT_MISSING: "falta o produto pai",
        Reason.INVALID_VALUE: "um valor do Bling não cabe no Bitrix24",
        Reason.REFUSED_BY_BLING: "o Bling recusou a consulta",
        Reason.REFUSED_BY_BITRIX24: "o Bitrix24 recusou a gravação",
        Reason.GAVE_UP: "o outro lado não respondeu por um dia",
        Reason.EXPIRED: "esperaram 30 dias e saíram da fila",
    },
    "en": {
        Reason.QUOTA: "the plan's limit is reached",
        Reason.LICENCE: "the licence is not active",
        Reason.PAUSED: "syncing is paused",
        Reason.RUN_PAUSED: "the import is paused",
        Reason.NEEDS_RECONNECT: "a connection has expired",
        Reason.INACTIVE: "the company is inactive in Bling",
        Reason.SCOPE_MISSING: "a connection lacks a permission",
        Reason.NOT_CONNECTED: "one of the sides is not connected",
        Reason.STAGE_MISSING: "Bling's situation has no stage in Bitrix24",
        Reason.GUARD_RAIL: "unusual changes wait for your decision",
        Reason.AMBIGUOUS: "more than one product of Bitrix24 fits",
        Reason.LOOP: "something changes the record in circles",
        Reason.PARENT_MISSING: "the parent product is missing",
        Reason.INVALID_VALUE: "a value of Bling's does not fit Bitrix24",
        Reason.REFUSED_BY_BLING: "Bling refused to answer",
        Reason.REFUSED_BY_BITRIX24: "Bitrix24 refused the write",
        Reason.GAVE_UP: "the other side did not answer for a day",
        Reason.EXPIRED: "they waited 30 days and left the queue",
    },
}


def letter_words(digest: Digest, company: str, language: str) -> Words:
    """The letter to one person."""
    tongue = "en" if language == "en" else "pt"
    return Words(
        subject=_subject(digest, tongue),
        lines=_lines(digest, company, tongue),
        button=_BUTTONS[tongue],
        close=_CLOSE[tongue].format(company=company),
    )


def _subject(digest: Digest, tongue: str) -> str:
    n, date = sum(digest.needs.values()), digest.day.strftime(_DATES[tongue])
    well, needs = _SUBJECTS[tongue]
    if n:
        return (_ONE_NEEDS[tongue] if n == 1 else needs).format(date=date, n=n)
    waiting = sum(_held(digest).values())
    return (_WAITS[tongue] if waiting else well).format(date=date, n=waiting)


def _lines(digest: Digest, company: str, tongue: str) -> tuple[str, ...]:
    if digest.is_quiet:
        return (_QUIET[tongue].format(company=company),)
    first = _COUNTS[tongue].format(
        company=company, created=digest.created, updated=digest.updated, failed=digest.failed
    )
    needs = [_line(_NEEDS[tongue], reason, n, tongue) for reason, n in _most_first(digest.needs)]
    waiting = [_line(_WAITING[tongue], reason, n, tongue) for reason, n in _most_first(_held(digest))]
    return (first, *needs, *waiting) if needs or waiting else (first, _WELL[tongue])


def _held(digest: Digest) -> dict[Reason, int]:
    """What is held for a person is among the records that need somebody already."""
    return {one: n for one, n in digest.waiting.items() if state_of(one) is RecordState.WAITING}


def _line(patterns: tuple[str, str], reason: Reason, n: int, tongue: str) -> str:
    one, many = patterns
    return (one if n == 1 else many).format(n=n, why=WHY[tongue].get(reason, reason))


def _most_first(counts: Mapping[Reason, int]) -> list[tuple[Reason, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
