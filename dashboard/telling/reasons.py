"""Why an event ended as it did, as people read it: each reason with its remedy, told for the kind at hand."""

from __future__ import annotations

import msgspec

from connector.domain.events import Kind, Outcome, Reason
from dashboard.reader import N_, _
from dashboard.telling.deals import DEALS


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
    Reason.EXPIRED: Explanation(
        N_("esperou demais"),
        N_("A mudança esperou 30 dias e saiu da fila."),
        N_("Reprocesse para levar o registro como ele está agora."),
    ),
    Reason.PAUSED: Explanation(
        N_("pausado"), N_("A sincronização está em pausa. Nada se perdeu: a mudança espera aqui.")
    ),
    Reason.RUN_PAUSED: Explanation(
        N_("importação em pausa"),
        N_("A importação está em pausa. Nada se perdeu: o registro espera aqui."),
        N_("Continue a importação para liberar o que está aguardando."),
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
        N_("Mais de um produto do Bitrix24 tem este SKU, ou o que o tem já é o par de outro registro."),
        N_("Escolha qual deles é este, ou crie um novo."),
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
    Reason.NOT_A_SALE: Explanation(
        N_("não é venda"),
        N_("Esta nota não é uma venda autorizada, então não vira negócio."),
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
    Reason.EXPIRED: Explanation(
        N_("esperou 30 dias"),
        N_("Esperou 30 dias pela licença ou por espaço no plano, e deixou de valer."),
        N_("Com a licença ativa, reprocesse para levar o estado atual do registro."),
    ),
    Reason.GAVE_UP: Explanation(
        N_("sem resposta por 24 h"),
        N_("Tentamos por cerca de um dia e o outro lado não respondeu."),
        N_("Reprocesse quando o outro lado estiver no ar."),
    ),
}

#: What the same reason means for deals.
_OF_DEALS: dict[Reason, Explanation] = {
    Reason.CREATE_OFF: Explanation(
        N_("criação desligada"),
        N_("A opção que cria negócios estava desligada, e este registro ainda não tem negócio no Bitrix24."),
        N_("Ligue a opção em Configuração › Pedido e reprocesse."),
    ),
    Reason.TOGGLE_OFF: Explanation(
        N_("opção desligada"),
        N_("A opção para esta mudança estava desligada."),
        N_("Ligue a opção em Configuração › Pedido e reprocesse."),
    ),
    Reason.FILTERED: Explanation(
        N_("fora do filtro"),
        N_("A situação, o canal ou o vendedor está fora do que você escolheu sincronizar."),
        N_("Mude o que entra em Configuração › Pedido e reprocesse."),
    ),
    Reason.BEFORE_START: Explanation(
        N_("anterior ao início"),
        N_("A data do pedido é anterior ao dia a partir do qual você sincroniza."),
        N_("Mude a data em Configuração › Pedido e reprocesse, se ele deve entrar."),
    ),
    Reason.NOT_LINKED: Explanation(
        N_("sem negócio no Bitrix24"),
        N_("O registro não tem negócio no Bitrix24, então não havia o que mudar lá."),
    ),
    Reason.AMBIGUOUS: Explanation(
        N_("mais de um candidato"),
        N_("Mais de um registro do Bitrix24 combina com este, e a Ponte não adivinha."),
        N_("Deixe um só deles no Bitrix24 e reprocesse."),
    ),
    Reason.DELETED_IN_BITRIX24: Explanation(
        N_("negócio excluído no Bitrix24"),
        N_("O negócio foi excluído no Bitrix24, e a Ponte não o cria de novo por conta própria."),
        N_("Restaure o negócio na lixeira do Bitrix24 e reprocesse, se ele deve voltar."),
    ),
}
#: The guard rail's changes once somebody has decided against them.
_DISCARDED = Explanation(
    N_("mudança descartada"),
    N_("Alguém da sua equipe descartou esta mudança, então o valor não foi gravado."),
    N_("Mude o valor no Bling, ou reprocesse para gravar mesmo assim."),
)
#: What ends with a reason that also holds.
_FINAL = frozenset({Outcome.SKIPPED, Outcome.UPDATED})
ORDER_PAGE, PRODUCT_PAGE = "/configuracao/pedido", "/configuracao/produto"
HOLDS_PAGE = "/retidos"


def told(code: str | None, kind: Kind | None = None, outcome: Outcome | None = None) -> Explanation | None:
    """A reason in the reader's language; a code that we have no words for stands for itself."""
    if code is None:
        return None
    try:
        known = Reason(code)
        found = (_OF_DEALS.get(known) if kind in DEALS else None) or _REASONS[known]
        if known is Reason.GUARD_RAIL and outcome in _FINAL:
            found = _DISCARDED
    except (ValueError, KeyError):
        return Explanation(code, code)
    return Explanation(_(found.short), _(found.sentence), _(found.remedy) if found.remedy else "")
