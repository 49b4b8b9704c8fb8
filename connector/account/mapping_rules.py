"""One rule as somebody sent it, and what a rule may do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from connector.account.field_lists import FieldLists
from connector.account.mapping_fields import fits
from connector.account.mapping_flaws import Flaw, RuleError
from connector.account.mapping_products import product_rule_errors
from connector.account.mapping_transforms import Found, transform_errors
from connector.account.typed import is_text
from connector.domain.events import Kind
from connector.domain.fields import Field, FieldType, named
from connector.domain.mapping import (
    LINK_FIELD,
    PIPELINE_FIELD,
    STAGE_FIELD,
    Rule,
)
from connector.domain.transforms import (
    Choice,
    Constant,
    Identity,
    Template,
    Transform,
    fields_of,
    why_one_way,
)
from connector.store.connections import Portal

LONGEST_ID = 64
LONGEST_NAME = 100


#: What a deal's rule may write, in the names of `crm.item.*` (facts of Bitrix24, CRM); custom fields besides.
DEAL_FIELDS = frozenset(
    {
        *("title", PIPELINE_FIELD, STAGE_FIELD, "begindate", "closedate", "comments", "sourceId"),
        *("sourceDescription", "assignedById", "additionalInfo", "opened", "probability", "typeId"),
        *("utmSource", "utmMedium", "utmCampaign", "utmContent", "utmTerm"),
    }
)
#: What Ponte writes into deals by itself.
OWN_FIELDS = frozenset(
    {
        *("id", "originatorId", "originId", "opportunity", "isManualOpportunity", "currencyId"),
        *("contactId", "contactIds", "contacts", "companyId", "productRows"),
    }
)
_CUSTOM = re.compile(r"ufCrm(_?[0-9]|[A-Z])[A-Za-z0-9_]{0,60}")
#: Fields whose values are places of the portal's, checked by connector.account.mapping_places.
PLACES = frozenset({PIPELINE_FIELD, STAGE_FIELD, "sourceId", "assignedById"})
#: Names of custom fields that Ponte makes.
_OURS = "ufCrmPonte"

#: The first parts of paths: fields of one order or invoice as Bling tells it (samples of its API).
BLING_FIELDS = {
    Kind.ORDER: frozenset(
        {
            *("id", "numero", "numeroLoja", "data", "dataSaida", "dataPrevista", "totalProdutos", "total"),
            *("contato", "situacao", "loja", "numeroPedidoCompra", "outrasDespesas", "observacoes"),
            *("observacoesInternas", "desconto", "categoria", "notaFiscal", "tributacao", "transporte"),
            *("vendedor", "intermediador", "taxas"),
        }
    ),
    Kind.SALE: frozenset(
        {
            *("id", "tipo", "situacao", "numero", "dataEmissao", "dataOperacao", "chaveAcesso", "contato"),
            *("naturezaOperacao", "loja", "serie", "valorNota", "valorFrete", "finalidade", "linkDanfe"),
            *("linkPDF", "optanteSimplesNacional", "numeroPedidoLoja", "transporte", "vendedor"),
        }
    ),
}
_LISTS = frozenset({"itens", "parcelas"})
_PATH = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")
_SITUATION = "situacao.id"

_CHOICES = {
    "policy": ("bling", "keep"),
    "direction": ("both", "import", "export"),
    "empty": ("ignore", "erase"),
}


def sent_rule(index: int, sent: Any, portal: Portal | None) -> Rule | list[RuleError]:
    """The rule, or why it cannot be read; the link property is known by its number in the portal, too."""
    if not isinstance(sent, dict):
        return [RuleError(index, "", Flaw.TYPE, "a rule is an object")]
    errors = [
        RuleError(index, field, code, message)
        for field, code, message in (*_names(sent), *_words(sent), *transform_errors(sent.get("transform")))
    ]
    if errors:
        return errors
    name = sent["bitrix24"]
    number = portal.product_link_property if portal is not None else None
    if number is not None and name == f"property{number}":
        name = LINK_FIELD
    transform: Transform = msgspec.convert(sent["transform"], Transform)
    more = {word: sent[word] for word in (*_CHOICES, "locked") if word in sent}
    return Rule(id=sent["id"], bling=sent.get("bling", ""), bitrix24=name, transform=transform, **more)


def _names(sent: dict[Any, Any]) -> Iterator[Found]:
    for name in sent:
        if name not in Rule.__struct_fields__:
            yield str(name), Flaw.UNKNOWN, f"a rule has no {name}"
    for name, longest in (("id", LONGEST_ID), ("bitrix24", LONGEST_NAME)):
        value = sent.get(name)
        if name not in sent:
            yield name, Flaw.MISSING, f"the rule's {name} is missing"
        elif not isinstance(value, str):
            yield name, Flaw.TYPE, f"{name} is a text"
        elif not value.strip() or len(value) > longest or not is_text(value):
            yield name, Flaw.VALUE, f"{name} is a text of 1 to {longest} characters"
    if not isinstance(sent.get("bling", ""), str):
        yield "bling", Flaw.TYPE, "bling is the path of a field, such as situacao.id"


def _words(sent: dict[Any, Any]) -> Iterator[Found]:
    for name, allowed in _CHOICES.items():
        if name in sent and sent[name] not in allowed:
            yield name, Flaw.VALUE, f"{name} is {' or '.join(allowed)}"
    if type(sent.get("locked", False)) is not bool:
        yield "locked", Flaw.TYPE, "locked is true or false"


def rule_errors(kind: Kind, index: int, rule: Rule, lists: FieldLists | None = None) -> Iterator[RuleError]:
    """What is wrong with a rule of one's own that can be read; `lists` = what rules can name, once known."""
    if kind is Kind.PRODUCT:
        more: Iterable[Found] = product_rule_errors(rule, lists)
    else:
        more = (*_source_errors(kind, rule), *_deal_errors(kind, rule, lists))
    found = (*_claims(rule), *more)
    yield from (RuleError(index, field, code, message) for field, code, message in found)


def _claims(rule: Rule) -> Iterator[Found]:
    if rule.locked:
        yield "locked", Flaw.LOCKED, f"{rule.id} is no fixed rule: locked is false"
    if rule.direction == "export" and why_one_way(rule.transform) is not None:
        yield "direction", Flaw.ONE_WAY, "nothing leads back from this transform: it leads to Bitrix24 only"


def _source_errors(kind: Kind, rule: Rule) -> Iterator[Found]:
    """Templates read the paths in their text; a constant reads nothing, whatever its path says."""
    match rule.transform:
        case Constant():
            return
        case Template(text=pattern):
            for path in fields_of(pattern):
                yield from _path_errors(kind, "transform.text", path)
        case _:
            yield from _path_errors(kind, "bling", rule.bling)


def _path_errors(kind: Kind, field: str, path: str) -> Iterator[Found]:
    first = path.partition(".")[0]
    if not path:
        yield field, Flaw.MISSING, "which field of Bling's? such as numero or contato.nome"
    elif not _PATH.fullmatch(path):
        yield field, Flaw.VALUE, f"{path} is no path such as numero or contato.nome"
    elif first in _LISTS:
        yield field, Flaw.VALUE, f"{first} is a list: no rule can read it"
    elif first not in BLING_FIELDS[kind]:
        yield field, Flaw.UNKNOWN, f"Bling has no field {first} in a record of kind {kind}"


def _deal_errors(kind: Kind, rule: Rule, lists: FieldLists | None) -> Iterator[Found]:
    """What is wrong with the deal's field; against the portal's own list once that is known."""
    known = lists.bitrix24(kind) if lists is not None else None
    flaws = list(_target_errors(kind, rule))
    if not flaws and known is not None:
        flaws = list(_in_the_portal(kind, rule, named(known), lists))
    yield from flaws


def _in_the_portal(
    kind: Kind, rule: Rule, known: Mapping[str, Field], lists: FieldLists | None
) -> Iterator[Found]:
    name = rule.bitrix24
    field = known.get(name)
    if field is None:
        yield "bitrix24", Flaw.NOT_THERE, f"the portal's deals have no field {name}"
    elif field.read_only:
        yield "bitrix24", Flaw.RESERVED, f"Bitrix24 writes {name} by itself"
    elif field.type is FieldType.OTHER or field.multiple:
        yield "bitrix24", Flaw.UNSUPPORTED, f"no rule can write a field such as {name}"
    elif name not in PLACES:
        source = named(lists.bling(kind)).get(rule.bling) if lists is not None else None
        yield from fits(rule.transform, source, field)


def _target_errors(kind: Kind, rule: Rule) -> Iterator[Found]:
    name = rule.bitrix24
    if name in OWN_FIELDS or name.startswith(_OURS):
        yield "bitrix24", Flaw.RESERVED, f"Ponte writes {name} by itself"
    elif name not in DEAL_FIELDS and not _CUSTOM.fullmatch(name):
        yield "bitrix24", Flaw.UNKNOWN, f"a deal has no field {name} that a rule may write"
    elif name == STAGE_FIELD:
        yield from _stage_errors(kind, rule)
    elif name == PIPELINE_FIELD and not (
        isinstance(rule.transform, Constant) and rule.transform.value.isdecimal()
    ):
        yield "transform", Flaw.VALUE, "the pipeline is a constant: its number"
    elif name in ("sourceId", "assignedById") and isinstance(rule.transform, Identity):
        yield "transform", Flaw.VALUE, f"Bitrix24's {name} is not Bling's value: use a choice or a constant"


def _stage_errors(kind: Kind, rule: Rule) -> Iterator[Found]:
    """Orders have a table of situations; what a sale is, its invoice says."""
    if kind is not Kind.ORDER:
        yield "bitrix24", Flaw.UNSUPPORTED, "a sale's stage follows from its invoice"
    elif not isinstance(rule.transform, Choice | Constant):
        yield "transform", Flaw.VALUE, "the stage is a choice by situation, or a constant"
    elif isinstance(rule.transform, Choice) and rule.bling != _SITUATION:
        yield "bling", Flaw.VALUE, f"the stage is chosen by {_SITUATION}"
    elif isinstance(rule.transform, Choice):
        for key in rule.transform.table:
            if not key.isdecimal():
                yield f"transform.table.{key}", Flaw.VALUE, f"{key} is no id of a situation"
