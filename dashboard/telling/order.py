"""Configuração › Pedido in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from connector.account.deal_lists import Trouble
from connector.account.toggles import OnDeleted
from connector.domain.events import Reason
from dashboard import formats
from dashboard.reader import N_, _, plural
from dashboard.telling import order_lists, order_stages, rules
from dashboard.telling.known import Surroundings
from dashboard.telling.order_form import OWN_FIELDS, Errors, Wish
from dashboard.telling.order_known import Known
from dashboard.views.order import Example, Order, StageRow, Typed
from dashboard.views.parts import Action, Choice, Notice

#: What a title may say, and what people call it.
FIELDS = (
    ("{numero}", N_("Número")),
    ("{contato.nome}", N_("Cliente")),
    ("{numeroLoja}", N_("Número na loja")),
    ("{data}", N_("Data")),
    ("{total}", N_("Total")),
)
ON_DELETED = (
    (OnDeleted.NOTHING, N_("Nada: o negócio fica como está")),
    (OnDeleted.LOST, N_("Mover o negócio para a etapa de perda")),
    (OnDeleted.COMMENT, N_("Escrever um comentário no negócio")),
)
#: What leaves a list as it was known before.
SILENT = frozenset({Trouble.AWAY, Trouble.REFUSED})


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the last form."""

    saved: str = ""
    options_saved: str = ""
    #: What can be brought after what was just saved.
    offers: tuple[Action, ...] = ()
    errors: Errors = Errors()
    #: The form came back, refused or only looked at.
    unsaved: bool = False


def order(around: Surroundings, known: Known, wish: Wish, example: Example, said: Said) -> Order:
    """The whole screen, its fields as the wish fills them."""
    errors = said.errors.fields
    stages = order_stages.stage_rows(known, wish, errors)
    others = [one for one in known.order.rules if one.bitrix24 not in OWN_FIELDS]
    return Order(
        options=rules.options(known.toggles, rules.ORDER_OPTIONS),
        options_saved=said.options_saved,
        offers=said.offers,
        version=_version(known),
        editable=around.viewer.may_change,
        notices=_notices(around, known, stages),
        saved=said.saved,
        refused=_refused(said.errors),
        unsaved=said.unsaved,
        pipelines=order_stages.pipelines(known, wish.pipeline),
        pipeline_error=errors.get("funil", ""),
        stages=stages,
        no_stages=_no_stages(known),
        suggests=any(row.suggested for row in stages),
        title=_typed(wish.title, errors, "titulo"),
        sale_title=_typed(wish.sale_title, errors, "titulo_venda"),
        fields=tuple(Choice(value, _(label)) for value, label in FIELDS),
        example=example,
        rules=tuple(rules.rule(one, around.portal) for one in others),
        rules_count=rules.count(others),
        tables=order_lists.tables(known, wish),
        since=_typed(wish.since, errors, "desde"),
        since_hint=_since_hint(around),
        parts=order_lists.parts(known, wish),
        on_deleted=tuple(Choice(one, _(label), one is wish.on_deleted) for one, label in ON_DELETED),
        note=_typed(wish.note, errors, "nota"),
    )


def _notices(around: Surroundings, known: Known, stages: Sequence[StageRow]) -> tuple[Notice, ...]:
    lists = known.lists
    if not lists.accounts or around.portal is None:
        fact = _("Falta conectar um dos lados.")
        step = _("Conecte o Bling e o Bitrix24 para escolher etapas, vendedores e canais.")
        link = Action(label=_("Ver conexões"), url="/configuracao/conexoes")
        return (Notice(tone="info", fact=fact, next_step=step, action=link),)
    silent = [one.read_at for one in lists.accounts if one.trouble in SILENT]
    found = [_silent("Bling", silent[0]) if silent else None]
    found.append(_silent("Bitrix24", lists.places_at) if lists.trouble in SILENT else None)
    found.append(_waiting(around, stages))
    return tuple(one for one in found if one is not None)


def _silent(side: str, read_at: datetime | None) -> Notice:
    fact = _("O %(side)s não respondeu agora.") % {"side": side}
    if read_at is None:
        step = _("As listas dele ainda não puderam ser lidas. Abra esta página de novo em um minuto.")
    else:
        step = _("As listas abaixo são de %(time)s.") % {"time": formats.date_time(read_at)}
    return Notice(tone="wait", fact=fact, next_step=step)


def _waiting(around: Surroundings, stages: Sequence[StageRow]) -> Notice | None:
    """What waits though each situation has its stage goes on by itself."""
    waiting = around.held.get(Reason.STAGE_MISSING, 0)
    if not waiting or not any(row.missing for row in stages):
        return None
    fact = plural("%(num)s mudança aguarda uma etapa.", "%(num)s mudanças aguardam uma etapa.", waiting)
    return Notice(tone="wait", fact=fact, next_step=_("Defina a etapa abaixo e salve: elas seguem sozinhas."))


def _no_stages(known: Known) -> str:
    if known.lists.places is None:
        return _("As etapas aparecem aqui assim que o Bitrix24 puder ser lido.")
    if order_stages.saved_table(known) is None:
        return _("A etapa é escolhida por outra regra do mapeamento, não por esta tabela.")
    return _("Escolha um funil para ver as etapas dele.")


def _since_hint(around: Surroundings) -> str:
    days = sorted(one.connected_at for one in around.accounts if one.connected_at)
    if not days:
        return _("Vazio quer dizer desde o dia em que a conta for conectada.")
    if len(days) > 1:
        return _("Vazio quer dizer desde o dia em que cada conta foi conectada.")
    return _("Vazio quer dizer desde o dia da conexão, %(date)s.") % {"date": formats.date(days[0])}


def _version(known: Known) -> str:
    number = {"number": known.order.version}
    if known.saved_at is None:
        return _("Versão %(number)s") % number
    return _("Versão %(number)s, em uso desde %(date)s") % {**number, "date": formats.date(known.saved_at)}


def _refused(errors: Errors) -> str:
    if errors.general:
        return errors.general
    return _("Confira os campos marcados.") if errors.fields else ""


def _typed(value: str, errors: Mapping[str, str], name: str) -> Typed:
    return Typed(value=value, error=errors.get(name, ""))
