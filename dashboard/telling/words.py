"""The words for outcomes, reasons, kinds and states, as people read them."""

from __future__ import annotations

import msgspec

from connector.domain.events import Action, Kind, Outcome, Reason, RecordState, Source
from connector.domain.vendor import ConnectionState
from dashboard.reader import N_, _
from dashboard.views.parts import Chip, Tone

OUTCOMES: dict[Outcome, tuple[str, Tone]] = {
    Outcome.CREATED: (N_("Criado"), "ok"),
    Outcome.UPDATED: (N_("Atualizado"), "ok"),
    Outcome.UNCHANGED: (N_("Sem mudança"), ""),
    Outcome.SKIPPED: (N_("Ignorado"), ""),
    Outcome.HELD: (N_("Aguardando"), "wait"),
    Outcome.FAILED: (N_("Falhou"), "need"),
    Outcome.DEAD: (N_("Parado"), "need"),
}

KINDS: dict[Kind, tuple[str, str]] = {
    Kind.PRODUCT: (N_("Produto"), "package"),
    Kind.ORDER: (N_("Pedido"), "shopping-cart"),
    Kind.SALE: (N_("Venda"), "receipt-text"),
    Kind.CONTACT: (N_("Contato"), "users"),
    Kind.STOCK: (N_("Estoque"), "warehouse"),
}

HAPPENINGS: dict[tuple[Kind, Action], str] = {
    (Kind.PRODUCT, Action.CREATED): N_("Produto criado"),
    (Kind.PRODUCT, Action.UPDATED): N_("Produto alterado"),
    (Kind.PRODUCT, Action.DELETED): N_("Produto excluído"),
    (Kind.ORDER, Action.CREATED): N_("Pedido criado"),
    (Kind.ORDER, Action.UPDATED): N_("Pedido alterado"),
    (Kind.ORDER, Action.DELETED): N_("Pedido excluído"),
    (Kind.SALE, Action.CREATED): N_("Venda criada"),
    (Kind.SALE, Action.UPDATED): N_("Venda alterada"),
    (Kind.SALE, Action.DELETED): N_("Venda excluída"),
    (Kind.CONTACT, Action.CREATED): N_("Contato criado"),
    (Kind.CONTACT, Action.UPDATED): N_("Contato alterado"),
    (Kind.CONTACT, Action.DELETED): N_("Contato excluído"),
    (Kind.STOCK, Action.CREATED): N_("Estoque lançado"),
    (Kind.STOCK, Action.UPDATED): N_("Estoque alterado"),
    (Kind.STOCK, Action.DELETED): N_("Estoque excluído"),
}

SOURCES: dict[Source, str] = {
    Source.BLING: "Bling",
    Source.IMPORT: N_("Importação"),
    Source.RECONCILE: N_("Conferência"),
    Source.REPLAY: N_("Reprocesso"),
    Source.BITRIX24: "Bitrix24",
}

STATES: dict[RecordState, tuple[str, str, Tone]] = {
    RecordState.IN_STEP: (N_("em dia"), N_("em dia"), "ok"),
    RecordState.WAITING: (N_("aguardando"), N_("aguardando"), "wait"),
    RecordState.EXCLUDED: (N_("fora do filtro"), N_("fora do filtro"), ""),
    RecordState.NEEDS_YOU: (N_("precisa de você"), N_("precisam de você"), "need"),
    RecordState.DELETED: (N_("excluído"), N_("excluídos"), ""),
}

CONNECTIONS: dict[ConnectionState, tuple[str, Tone]] = {
    ConnectionState.CONNECTED: (N_("Conectado"), "ok"),
    ConnectionState.NEEDS_RECONNECT: (N_("Expirou"), "need"),
    ConnectionState.INACTIVE: (N_("Empresa inativa"), "need"),
    ConnectionState.SCOPE_MISSING: (N_("Falta permissão"), "need"),
    ConnectionState.UNINSTALLED: (N_("Desinstalado"), "need"),
    ConnectionState.NONE: (N_("Não conectado"), ""),
}


class Explanation(msgspec.Struct, frozen=True):
    """A reason in three lengths: beside a chip, as a sentence, and what to do (empty when nothing)."""

    short: str
    sentence: str
    remedy: str = ""


_REASONS: dict[Reason, Explanation] = {
    Reason.STALE: Explanation(
        N_("mais antigo que o atual"),
        N_(
            "Um aviso mais novo deste registro já tinha sido gravado. "
            "Este chegou depois, e foi deixado de lado."
        ),
    ),
    Reason.SUPERSEDED: Explanation(
        N_("junto com um mais novo"),
        N_("Chegou junto com outros avisos do mesmo registro. O mais novo foi gravado, e vale por todos."),
    ),
    Reason.CREATE_OFF: Explanation(
        N_("criação desligada"),
        N_("A opção que cria no Bitrix24 estava desligada, e este registro ainda não existe lá."),
        N_("Ligue “Criação no Bling ERP cria produto no Bitrix24” e reprocesse."),
    ),
    Reason.TOGGLE_OFF: Explanation(
        N_("opção desligada"),
        N_("A opção para esta mudança estava desligada."),
        N_("Ligue a opção em Configuração › Produto e reprocesse."),
    ),
    Reason.FILTERED: Explanation(
        N_("fora do filtro"), N_("O registro está fora do que você escolheu sincronizar.")
    ),
    Reason.BEFORE_START: Explanation(
        N_("anterior ao início"), N_("O registro é anterior à data a partir da qual você sincroniza.")
    ),
    Reason.NOT_SUPPORTED: Explanation(
        N_("não sincroniza"), N_("A Ponte ainda não leva este tipo de registro ao Bitrix24.")
    ),
    Reason.NOT_LINKED: Explanation(
        N_("sem par no Bitrix24"), N_("O registro não tem par no Bitrix24, então não havia o que desativar.")
    ),
    Reason.QUOTA: Explanation(
        N_("limite do plano"),
        N_("O limite de sincronizações do plano foi atingido. Nada se perdeu: a mudança espera aqui."),
        N_("Escolha um plano maior, ou espere o próximo período."),
    ),
    Reason.LICENCE: Explanation(
        N_("licença"),
        N_("A licença não está ativa. Nada se perdeu: a mudança espera aqui."),
        N_("Ative a licença para liberar o que está aguardando."),
    ),
    Reason.PAUSED: Explanation(
        N_("pausado"), N_("A sincronização está em pausa. Nada se perdeu: a mudança espera aqui.")
    ),
    Reason.NEEDS_RECONNECT: Explanation(
        N_("conexão expirada"),
        N_("A conexão expirou. Nada se perdeu: a mudança espera aqui."),
        N_("Reconecte para liberar o que está aguardando."),
    ),
    Reason.INACTIVE: Explanation(
        N_("empresa inativa"),
        N_("A empresa está inativa no Bling. Nada se perdeu: a mudança espera aqui."),
        N_("Reative a empresa no Bling e reconecte."),
    ),
    Reason.SCOPE_MISSING: Explanation(
        N_("falta permissão"),
        N_("A conexão não tem a permissão que esta mudança pede."),
        N_("Reconecte e aceite todas as permissões."),
    ),
    Reason.NOT_CONNECTED: Explanation(
        N_("não conectado"),
        N_("Um dos lados ainda não está conectado. Nada se perdeu: a mudança espera aqui."),
        N_("Conecte os dois lados em Configuração › Conexões."),
    ),
    Reason.GUARD_RAIL: Explanation(
        N_("mudança fora do comum"),
        N_("Muitos registros mudariam de um jeito fora do comum em poucos minutos. Paramos para você olhar."),
        N_("Veja a lista e escolha entre liberar e descartar."),
    ),
    Reason.STAGE_MISSING: Explanation(
        N_("situação sem etapa"),
        N_("A situação do Bling ainda não tem etapa no Bitrix24."),
        N_("Defina a etapa em Configuração › Pedido."),
    ),
    Reason.AMBIGUOUS: Explanation(
        N_("mais de um candidato"),
        N_("O SKU existe no Bitrix24, mas em um produto que já tem outro par."),
        N_("Deixe o SKU em um produto só no Bitrix24 e reprocesse."),
    ),
    Reason.LOOP: Explanation(
        N_("mudanças em círculo"),
        N_("O registro foi gravado 30 vezes em dez minutos. Algo o muda de volta a cada vez."),
        N_("Procure a automação que altera este registro, desligue-a e reprocesse."),
    ),
    Reason.GONE_IN_BLING: Explanation(
        N_("não existe mais no Bling"), N_("O registro não existe mais no Bling.")
    ),
    Reason.DELETED_IN_BITRIX24: Explanation(
        N_("excluído no Bitrix24"),
        N_("O registro foi excluído no Bitrix24, e só volta se você quiser."),
    ),
    Reason.PARENT_MISSING: Explanation(
        N_("falta o produto pai"),
        N_("É uma variação, e o produto pai ainda não está no Bitrix24."),
        N_("Salve o produto pai no Bling, ou reprocesse o evento dele."),
    ),
    Reason.INVALID_VALUE: Explanation(
        N_("valor inválido"),
        N_("Um valor do Bling não cabe no campo do Bitrix24."),
        N_("Corrija o valor no Bling. A mudança chega sozinha."),
    ),
    Reason.REFUSED_BY_BLING: Explanation(
        N_("recusado pelo Bling"),
        N_("O Bling recusou a consulta."),
        N_("Veja a resposta nas chamadas abaixo, corrija e reprocesse."),
    ),
    Reason.REFUSED_BY_BITRIX24: Explanation(
        N_("recusado pelo Bitrix24"),
        N_("O Bitrix24 recusou a gravação."),
        N_("Veja a resposta nas chamadas abaixo, corrija e reprocesse."),
    ),
    Reason.GAVE_UP: Explanation(
        N_("sem resposta por 24 h"),
        N_("Tentamos por cerca de um dia e o outro lado não respondeu."),
        N_("Reprocesse quando o outro lado estiver no ar."),
    ),
}


def outcome(value: Outcome | None) -> Chip:
    """The chip of an outcome; an event without one is under way."""
    if value is None:
        return Chip(_("Em andamento"), "run")
    label, tone = OUTCOMES[value]
    return Chip(_(label), tone)


def reason(code: str | None) -> Explanation | None:
    """A reason in the reader's language; a code that we have no words for stands for itself."""
    if code is None:
        return None
    try:
        known = _REASONS[Reason(code)]
    except (ValueError, KeyError):
        return Explanation(code, code)
    return Explanation(_(known.short), _(known.sentence), _(known.remedy) if known.remedy else "")


def kind(value: Kind) -> str:
    """`Produto`."""
    return _(KINDS[value][0])


def icon(value: Kind) -> str:
    """The kind's icon."""
    return KINDS[value][1]


def happening(what: Kind, action: Action) -> str:
    """`Produto alterado`."""
    return _(HAPPENINGS[what, action])


def source(value: Source) -> str:
    """`Bling`, `Conferência`."""
    return _(SOURCES[value])


def connection(state: ConnectionState) -> Chip:
    """The chip of a connection."""
    label, tone = CONNECTIONS[state]
    return Chip(_(label), tone)
