"""Options and rules in people's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.account.toggles import Toggle
from connector.domain.events import Kind
from connector.domain.mapping import FREE_RULES, LINK_FIELD, PRICE_FIELD, PRODUCT_RULES
from connector.domain.mapping import Rule as DomainRule
from connector.domain.transforms import Constant
from connector.store.connections import Portal
from dashboard.reader import N_, _, plural
from dashboard.views.rules import Option, Rule

#: The seed's sentences, and what each means.
OPTIONS: dict[Toggle, tuple[str, str]] = {
    Toggle.PRODUCT_CREATE: (
        N_("Criação no Bling ERP cria produto no Bitrix24"),
        N_("Só quando ainda não há par lá. Um produto com o mesmo SKU é aproveitado, não duplicado."),
    ),
    Toggle.PRODUCT_UPDATE: (
        N_("Alterações no Bling ERP atualizam o Bitrix24"),
        N_("Só os campos do mapeamento abaixo mudam. O resto do produto fica como está."),
    ),
    Toggle.PRODUCT_DELETE: (
        N_("Exclusão no Bling ERP desativa o produto no Bitrix24"),
        N_("O produto fica inativo. Nada é apagado no Bitrix24."),
    ),
    Toggle.STOCK_UPDATE: (
        N_("Estoque do Bling ERP atualiza a quantidade no Bitrix24"),
        N_("O saldo físico total. Com controle de estoque ligado no Bitrix24, por documentos de estoque."),
    ),
}

#: The other way.
EXPORT_OPTIONS: dict[Toggle, tuple[str, str]] = {
    Toggle.PRODUCT_EXPORT_CREATE: (
        N_("Produto criado no Bitrix24 cria produto no Bling ERP"),
        N_("Na conta principal. Um produto do Bling com o mesmo SKU é aproveitado, não duplicado."),
    ),
    Toggle.PRODUCT_EXPORT_UPDATE: (
        N_("Alterações no Bitrix24 atualizam o Bling ERP"),
        N_("Só os campos do mapeamento que mudaram. Se os dois lados mudaram, vale a regra de cada campo."),
    ),
}

#: Of orders and sales.
ORDER_OPTIONS: dict[Toggle, tuple[str, str]] = {
    Toggle.ORDER_CREATE: (
        N_("Pedido criado no Bling ERP cria negócio no Bitrix24"),
        N_("Com itens, cliente e etapa. Um pedido nunca vira dois negócios."),
    ),
    Toggle.ORDER_UPDATE: (
        N_("Pedido alterado no Bling ERP atualiza o negócio"),
        N_("Valor, itens e os campos abaixo. A etapa só muda quando a situação muda no Bling."),
    ),
    Toggle.SALE_CREATE: (
        N_("Venda criada no Bling ERP cria negócio no Bitrix24"),
        N_("Nota autorizada. Se ela é de um pedido com negócio, o mesmo negócio é ganho."),
    ),
    Toggle.DEAL_WON: (
        N_("Negócio ganho no Bitrix24 cria pedido no Bling ERP"),
        N_("Com cliente e itens, uma vez só, em aberto no Bling. Vale para o que for ganho daqui em diante."),
    ),
}

BITRIX24_NAMES: dict[str, str] = {
    LINK_FIELD: N_("Bling ID"),
    "name": N_("Nome"),
    "xmlId": N_("ID Externo"),
    PRICE_FIELD: N_("Preço"),
    "active": N_("Ativo"),
    "title": N_("Título"),
    "stageId": N_("Etapa"),
    "categoryId": N_("Funil"),
    "opportunity": N_("Valor"),
    "isManualOpportunity": N_("Valor fixo"),
    "currencyId": N_("Moeda"),
    "begindate": N_("Início"),
    "closedate": N_("Fechamento previsto"),
    "comments": N_("Comentário"),
    "assignedById": N_("Responsável"),
    "sourceId": N_("Origem"),
    "contactId": N_("Contato"),
    "companyId": N_("Empresa"),
    "originatorId": N_("Criado por"),
    "originId": N_("ID de origem"),
    "productRows": N_("Itens"),
}
BLING_NAMES: dict[str, str] = {
    "id": N_("ID"),
    "nome": N_("Nome"),
    "codigo": N_("Código (SKU)"),
    "preco": N_("Preço"),
    "situacao": N_("Situação"),
    "situacao.id": N_("Situação"),
    "total": N_("Total"),
    "valorNota": N_("Valor da nota"),
    "data": N_("Data"),
    "dataPrevista": N_("Data prevista"),
    "dataEmissao": N_("Data de emissão"),
    "observacoes": N_("Observações"),
    "vendedor.id": N_("Vendedor"),
    "loja.id": N_("Canal de venda"),
}
#: Rules of one's own that people can change.
FREE = frozenset({rule.id for rules in FREE_RULES.values() for rule in rules} | {"responsavel", "fonte"})
#: Rules of deals that are not called as their Bling field.
RULE_NAMES: dict[str, str] = {
    "deleted": N_("Exclusão no Bling"),
    "origem": N_("Criado por"),
    "moeda": N_("Moeda"),
    "titulo": N_("Título"),
    "funil": N_("Funil"),
    "etapa": N_("Situação"),
    "previsao": N_("Data prevista"),
    "emissao": N_("Data de emissão"),
    "responsavel": N_("Vendedor"),
    "fonte": N_("Canal de venda"),
    "itens": N_("Itens"),
    "contato": N_("Cliente"),
}
TRANSFORMS: dict[str, tuple[str, str]] = {
    "identity": (N_("Igual"), "equal"),
    "money": (N_("Dinheiro"), "banknote"),
    "yes_no": (N_("Sim ou não"), "toggle-right"),
    "text": (N_("Texto"), "file-text"),
    "number": (N_("Número"), "equal"),
    "unit": (N_("Unidade"), "equal"),
    "list": (N_("Lista"), "sliders-horizontal"),
    "html_text": (N_("HTML → texto"), "file-text"),
    "date": (N_("Data"), "clock"),
    "choice": (N_("Tabela"), "sliders-horizontal"),
    "template": (N_("Modelo"), "file-text"),
    "constant": (N_("Sempre igual"), "lock"),
}
OTHER_TRANSFORM = (N_("Transformado"), "arrow-right")
POLICIES: dict[str, str] = {"bling": N_("Bling manda"), "keep": N_("Manter edição")}


def options(
    on: Mapping[Toggle, bool], which: Mapping[Toggle, tuple[str, str]] = OPTIONS
) -> tuple[Option, ...]:
    """The options that work, as the tenant set them."""
    return tuple(
        Option(name=name, label=_(label), hint=_(hint), on=on.get(name, False))
        for name, (label, hint) in which.items()
    )


def rule(one: DomainRule, portal: Portal | None) -> Rule:
    """A rule as the screen shows it."""
    label, icon = TRANSFORMS.get(_tag(one), OTHER_TRANSFORM)
    return Rule(
        bitrix24=bitrix24_name(one.bitrix24),
        bitrix24_name=_technical(one.bitrix24, portal),
        bling=bling_word(one),
        bling_name=one.bling,
        transform=_(label),
        transform_icon=icon,
        policy=_(POLICIES[one.policy]),
        locked=one.locked,
        direction=one.direction,
    )


def bitrix24_name(field: str) -> str:
    """`Preço` of `price`; a field that we have no word for stands for itself."""
    return _(BITRIX24_NAMES[field]) if field in BITRIX24_NAMES else field


def bling_name(path: str) -> str:
    """`Preço` of `preco`; a field that we have no word for stands for itself."""
    return _(BLING_NAMES[path]) if path in BLING_NAMES else path


def rule_name(rule_id: str) -> str:
    """A fixed rule by its Bling field's word; `exclusão` for what is no rule of the mapping."""
    known = RULE_NAMES.get(rule_id) or BLING_NAMES.get(rule_id)
    return _(known) if known else rule_id


def is_fixed(kind: Kind, rule_id: str) -> bool:
    """Whether the tenant cannot change the rule, or what wrote is no rule of the mapping."""
    if kind is Kind.PRODUCT:
        return rule_id in RULE_NAMES or any(one.id == rule_id for one in PRODUCT_RULES)
    return rule_id not in FREE


def count(them: Sequence[DomainRule]) -> str:
    """`5 regras fixas, 8 suas`."""
    locked = sum(one.locked for one in them)
    own = len(them) - locked
    fixed = plural("%(num)s regra fixa", "%(num)s regras fixas", locked)
    return fixed + (", " + plural("%(num)s sua", "%(num)s suas", own) if own else "")


def bling_word(one: DomainRule) -> str:
    """The word for Bling's field, or the value that is always the same."""
    if isinstance(one.transform, Constant):
        return _("sempre “%(value)s”") % {"value": one.transform.value}
    return _(BLING_NAMES[one.bling]) if one.bling in BLING_NAMES else one.bling


def _technical(field: str, portal: Portal | None) -> str:
    """As the portal itself calls it; the link property has another number in each portal."""
    if field == LINK_FIELD:
        number = portal.product_link_property if portal else None
        return f"property{number}" if number is not None else "property"
    return _("price · Base") if field == PRICE_FIELD else field


def _tag(one: DomainRule) -> str:
    return str(one.transform.__struct_config__.tag)
