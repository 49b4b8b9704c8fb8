"""The words for outcomes, kinds and states, as people read them; reasons have a page of their own."""

from __future__ import annotations

from connector.domain.events import Action, Kind, Outcome, RecordState, Source
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

#: Many of a kind.
PLURALS: dict[Kind, str] = {
    Kind.PRODUCT: N_("Produtos"),
    Kind.ORDER: N_("Pedidos"),
    Kind.SALE: N_("Vendas"),
    Kind.CONTACT: N_("Contatos"),
    Kind.STOCK: N_("Estoques"),
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


def outcome(value: Outcome | None) -> Chip:
    """The chip of an outcome; an event without one is under way."""
    if value is None:
        return Chip(_("Em andamento"), "run")
    label, tone = OUTCOMES[value]
    return Chip(_(label), tone)


def kind(value: Kind) -> str:
    """`Produto`."""
    return _(KINDS[value][0])


def many(value: Kind) -> str:
    """`Produtos`."""
    return _(PLURALS[value])


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
