"""Options and rules in people's words."""

from __future__ import annotations

from collections.abc import Mapping

from connector.account.toggles import Toggle
from connector.domain.mapping import LINK_FIELD, PRICE_FIELD, MappingVersion
from connector.domain.mapping import Rule as DomainRule
from connector.store.connections import Portal
from dashboard.reader import N_, _, plural
from dashboard.views.product import Option, Rule

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
}

BITRIX24_NAMES: dict[str, str] = {
    LINK_FIELD: N_("Bling ID"),
    "name": N_("Nome"),
    "xmlId": N_("ID Externo"),
    PRICE_FIELD: N_("Preço"),
    "active": N_("Ativo"),
}
BLING_NAMES: dict[str, str] = {
    "id": N_("ID"),
    "nome": N_("Nome"),
    "codigo": N_("Código (SKU)"),
    "preco": N_("Preço"),
    "situacao": N_("Situação"),
}
TRANSFORMS: dict[str, tuple[str, str]] = {
    "identity": (N_("Igual"), "equal"),
    "money": (N_("Dinheiro"), "banknote"),
    "yes_no": (N_("Sim ou não"), "toggle-right"),
}
OTHER_TRANSFORM = (N_("Transformado"), "arrow-right")
POLICIES: dict[str, str] = {"bling": N_("Bling manda"), "keep": N_("Manter edição")}


def options(on: Mapping[Toggle, bool]) -> tuple[Option, ...]:
    """The options that work, as the tenant set them."""
    return tuple(
        Option(name=name, label=_(label), hint=_(hint), on=on.get(name, False))
        for name, (label, hint) in OPTIONS.items()
    )


def rule(one: DomainRule, portal: Portal | None) -> Rule:
    """A rule as the screen shows it."""
    label, icon = TRANSFORMS.get(_tag(one), OTHER_TRANSFORM)
    return Rule(
        bitrix24=bitrix24_name(one.bitrix24),
        bitrix24_name=_technical(one.bitrix24, portal),
        bling=_(BLING_NAMES[one.bling]) if one.bling in BLING_NAMES else one.bling,
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


def rule_name(rule_id: str) -> str:
    """A fixed rule by its Bling field's word; `exclusão` for what is no rule of the mapping."""
    if rule_id == "deleted":
        return _("Exclusão no Bling")
    return _(BLING_NAMES[rule_id]) if rule_id in BLING_NAMES else rule_id


def count(mapping: MappingVersion) -> str:
    """`5 regras fixas, 8 suas`."""
    locked = sum(one.locked for one in mapping.rules)
    own = len(mapping.rules) - locked
    fixed = plural("%(num)s regra fixa", "%(num)s regras fixas", locked)
    return fixed + (", " + plural("%(num)s sua", "%(num)s suas", own) if own else "")


def _technical(field: str, portal: Portal | None) -> str:
    """As the portal itself calls it; the link property has another number in each portal."""
    if field == LINK_FIELD:
        number = portal.product_link_property if portal else None
        return f"property{number}" if number is not None else "property"
    return _("price · Base") if field == PRICE_FIELD else field


def _tag(one: DomainRule) -> str:
    return str(one.transform.__struct_config__.tag)
