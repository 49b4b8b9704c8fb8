"""What "Verificar agora" found, in words, each with the page where it is mended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from connector.account.deal_lists import Trouble
from connector.account.self_check import Check, Finding, Verdict
from connector.domain.licence import LicenceState
from connector.domain.vendor import ConnectionState
from dashboard import formats
from dashboard.reader import N_, _, plural
from dashboard.telling import reasons
from dashboard.telling.notices import START, broken, reconnect
from dashboard.views.help import Found, SelfCheck
from dashboard.views.parts import Action, Chip, Tone

CONNECTIONS, PRODUCT, ORDER = (
    "/configuracao/conexoes",
    "/configuracao/produto",
    "/configuracao/pedido",
)
_VERDICTS: dict[Verdict, tuple[str, Tone, str]] = {
    Verdict.FINE: (N_("Em ordem"), "ok", "circle-check"),
    Verdict.WAITS: (N_("Atenção"), "wait", "clock"),
    Verdict.NEEDS_YOU: (N_("Precisa de você"), "need", "circle-alert"),
    Verdict.UNKNOWN: (N_("Não sabemos"), "", "circle-dashed"),
}
#: A sentence, what else there is to say, and the remedy.
Said = tuple[str, str, Action | None]


def self_check(
    found: tuple[Finding, ...], wanted: frozenset[Check], now: datetime, asked_at: datetime | None
) -> SelfCheck:
    """Of all findings those that a topic is about."""
    shown = tuple(one for one in found if one.check in wanted)
    sentence, worst = _summary(shown)
    label, tone, _icon = _VERDICTS[worst]
    return SelfCheck(
        sentence=sentence,
        chip=Chip(_(label), tone),
        findings=tuple(map(_found, shown)),
        at=now,
        asked_at=asked_at,
    )


def _summary(shown: tuple[Finding, ...]) -> tuple[str, Verdict]:
    """The one line that is read first."""
    verdicts = [one.verdict for one in shown]
    if need := verdicts.count(Verdict.NEEDS_YOU):
        return plural("%(num)s item precisa de você.", "%(num)s itens precisam de você.", need), (
            Verdict.NEEDS_YOU
        )
    if Verdict.WAITS in verdicts:
        return _("Nada se perde, mas há algo a olhar."), Verdict.WAITS
    if Verdict.UNKNOWN in verdicts:
        return _("Nada errado à vista; nem tudo pôde ser visto ainda."), Verdict.FINE
    return _("Tudo em ordem."), Verdict.FINE


def _found(one: Finding) -> Found:
    sentence, detail, remedy = _TELLERS[one.check](one)
    label, tone, icon = _VERDICTS[one.verdict]
    return Found(sentence=sentence, detail=detail, chip=Chip(_(label), tone), icon=icon, remedy=remedy)


def _bling(one: Finding) -> Said:
    if one.cause == ConnectionState.NONE:
        return _("Nenhuma conta do Bling está conectada."), "", _go(_("Conectar ao Bling"), CONNECTIONS)
    if one.verdict is Verdict.FINE:
        return _("%(name)s está conectada ao Bling.") % {"name": one.name}, "", None
    fact, step = broken(ConnectionState(one.cause), "Bling", 0)
    return f"{one.name}: {fact}", step, _go(_("Reconectar"), f"{START}?conta={one.account_id}")


def _bling_answers(one: Finding) -> Said:
    names = {"name": one.name}
    match one.cause:
        case Trouble.AWAY:
            return _("O Bling não respondeu por %(name)s.") % names, _("Tentamos de novo sozinhos."), None
        case Trouble.REFUSED:
            fact = _("Falta uma permissão na conexão de %(name)s.") % names
            again = _go(_("Reconectar"), f"{START}?conta={one.account_id}")
            return fact, _("Reconecte e aceite todas as permissões."), again
        case Trouble.DISCONNECTED:
            again = _go(_("Reconectar"), f"{START}?conta={one.account_id}")
            return _("O Bling não aceita mais o acesso de %(name)s.") % names, reconnect(0), again
        case _ if one.verdict is Verdict.UNKNOWN:
            return _not_asked("Bling")
        case _:
            return _("O Bling responde por %(name)s.") % names, "", None


def _bitrix24(one: Finding) -> Said:
    if one.cause == ConnectionState.NONE:
        fact = _("Nenhum portal do Bitrix24 está conectado.")
        return fact, "", _go(_("Conectar ao Bitrix24"), CONNECTIONS)
    if one.verdict is Verdict.FINE:
        return _("O portal %(name)s está conectado.") % {"name": one.name}, "", None
    fact, step = broken(ConnectionState(one.cause), "Bitrix24", 0)
    return fact, step, _go(_("Reconectar"), CONNECTIONS)


def _bitrix24_answers(one: Finding) -> Said:
    match one.cause:
        case Trouble.AWAY:
            return _("O portal não respondeu."), _("Tentamos de novo sozinhos."), None
        case Trouble.DISCONNECTED | Trouble.REFUSED:
            again = _go(_("Reconectar"), CONNECTIONS)
            return _("O portal não aceita mais o nosso acesso."), reconnect(0), again
        case _ if one.verdict is Verdict.UNKNOWN:
            return _not_asked("Bitrix24")
        case _:
            return _("O portal responde."), "", None


def _not_asked(side: str) -> Said:
    text = _("Não deu para perguntar ao %(side)s agora.") % {"side": side}
    return text, _("Tente de novo em um minuto."), None


def _catalogue(one: Finding) -> Said:
    if one.verdict is Verdict.FINE:
        return _("O catálogo do portal está preparado."), "", None
    fact = _("O catálogo do portal ainda não foi preparado.")
    return fact, _("Isto acontece sozinho com o primeiro produto que passar."), None


def _licence(one: Finding) -> Said:
    if one.verdict is Verdict.NEEDS_YOU:
        kept = plural(
            "%(num)s alteração aguarda, guardada.", "%(num)s alterações aguardam, guardadas.", one.count
        )
        return _("A licença não está ativa."), kept, _go(_("Ver os planos"), "/licenca")
    until = _("até %(date)s") % {"date": formats.date(one.at)} if one.at else ""
    if one.cause == LicenceState.TRIAL:
        return _("O teste está em andamento."), until, None
    if one.cause == LicenceState.GRACE:
        remedy = _go(_("Atualizar o pagamento"), "/licenca")
        return (
            _("O último pagamento não passou."),
            _("A sincronização continua %(until)s.") % {"until": until},
            remedy,
        )
    return _("A licença %(name)s está ativa.") % {"name": one.name}, until, None


def _room(one: Finding) -> Said:
    if one.verdict is Verdict.NEEDS_YOU:
        fact = _("O limite do plano para este mês foi atingido.")
        return fact, _("O que mudar fica guardado."), _go(_("Ver os planos"), "/licenca")
    left = plural(
        "Cabe mais %(num)s sincronização neste mês.",
        "Cabem mais %(num)s sincronizações neste mês.",
        one.count,
    )
    return left, "", _go(_("Ver o uso"), "/licenca") if one.verdict is Verdict.WAITS else None


def _pause(one: Finding) -> Said:
    kept = plural(
        "%(num)s alteração aguarda, guardada.", "%(num)s alterações aguardam, guardadas.", one.count
    )
    return _("A sincronização está em pausa."), kept, None


def _toggles(one: Finding) -> Said:
    if one.verdict is Verdict.NEEDS_YOU:
        fact = _("Nenhuma opção está ligada, então nada sincroniza.")
        return fact, "", _go(_("Escolher opções"), PRODUCT)
    return plural("%(num)s opção está ligada.", "%(num)s opções estão ligadas.", one.count), "", None


def _heard(one: Finding) -> Said:
    if one.at is None:
        fact = _("O Bling não mandou nenhum aviso nos últimos sete dias.")
        step = _("Salve um produto no Bling e verifique de novo em um minuto.")
        return fact, step, _go(_("Como testar"), "/ajuda/testando")
    at = {"time": formats.date_time(one.at)}
    return _("O último aviso do Bling chegou em %(time)s.") % at, "", _go(_("Ver eventos"), "/eventos")


def _stages(one: Finding) -> Said:
    if one.verdict is Verdict.UNKNOWN:
        fact = _("As etapas do portal ainda não foram lidas.")
        return fact, "", _go(_("Abrir Pedido"), ORDER)
    if one.verdict is Verdict.FINE:
        return _("Toda situação de pedido tem a sua etapa."), "", None
    fact = plural(
        "%(num)s situação de pedido não tem etapa.", "%(num)s situações de pedido não têm etapa.", one.count
    )
    step = _("Pedidos nessa situação aguardam.")
    return fact, step, _go(_("Definir a etapa"), f"{ORDER}#etapas")


def _rules(one: Finding) -> Said:
    if one.verdict is Verdict.FINE:
        return _("Toda regra do mapeamento usa campos que existem."), "", None
    fact = plural(
        "%(num)s regra usa um campo que não existe mais.",
        "%(num)s regras usam campos que não existem mais.",
        one.count,
    )
    return fact, _("O resto continua sincronizando."), _go(_("Abrir o mapeamento"), PRODUCT)


def _waiting(one: Finding) -> Said:
    if one.verdict is Verdict.NEEDS_YOU:
        fact = plural("%(num)s alteração aguarda.", "%(num)s alterações aguardam.", one.count)
        why = reasons.told(one.cause)
        return fact, why.sentence if why else one.cause, _go(_("Ver eventos"), "/eventos?resultado=held")
    if one.verdict is Verdict.WAITS and one.at:
        since = _("A mais antiga chegou em %(time)s.") % {"time": formats.date_time(one.at)}
        return _("Há alterações na fila."), since, _go(_("Ver eventos"), "/eventos")
    return _("Nada está esperando."), "", None


def _records(one: Finding) -> Said:
    if one.verdict is Verdict.FINE:
        return _("Nenhum registro precisa de você."), "", None
    fact = plural(
        "%(num)s registro não chegou ao Bitrix24.", "%(num)s registros não chegaram ao Bitrix24.", one.count
    )
    step = _("Cada evento diz a causa e o que fazer.")
    return fact, step, _go(_("Ver eventos"), "/eventos?resultado=failed")


def _go(label: str, url: str) -> Action:
    return Action(label=label, url=url)


_TELLERS: dict[Check, Callable[[Finding], Said]] = {
    Check.BLING: _bling,
    Check.BLING_ANSWERS: _bling_answers,
    Check.BITRIX24: _bitrix24,
    Check.BITRIX24_ANSWERS: _bitrix24_answers,
    Check.CATALOGUE: _catalogue,
    Check.LICENCE: _licence,
    Check.ROOM: _room,
    Check.PAUSE: _pause,
    Check.TOGGLES: _toggles,
    Check.HEARD: _heard,
    Check.STAGES: _stages,
    Check.RULES: _rules,
    Check.WAITING: _waiting,
    Check.RECORDS: _records,
}
