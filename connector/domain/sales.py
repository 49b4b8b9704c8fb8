"""A sale (venda): an authorised sales invoice, NF-e or NFC-e alike.

Source: facts of Bling (sales and their orders). `tipo` 1 is an exit; `finalidade` 1 a normal invoice (2–6 are
complements, adjustments, returns, credits, debits); `situacao` 5 and 6 are authorised, 2 is cancelled.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from connector.domain.mapping import Source
from connector.domain.money import Amounts, Item
from connector.domain.orders import number
from connector.domain.values import at

AUTHORISED = frozenset({5, 6})
CANCELLED = 2


class Document(StrEnum):
    """Which kind of invoice; each has a path of its own in Bling's API and in `originId`."""

    NFE = "nfe"
    NFCE = "nfce"


#: What people call them.
NAMES = {Document.NFE: "NF-e", Document.NFCE: "NFC-e"}


class Standing(StrEnum):
    """What an invoice means for the CRM."""

    SALE = "sale"
    #: It was a sale: its won stage is to be undone.
    CANCELLED = "cancelled"
    #: A draft, a refusal, a purchase, a return.
    NO_SALE = "no_sale"


def standing(source: Source) -> Standing:
    """What the invoice, or the message about it, says; a message knows no `finalidade`."""
    if source.get("tipo", 1) != 1 or source.get("finalidade", 1) != 1:
        return Standing.NO_SALE
    if source.get("situacao") in AUTHORISED:
        return Standing.SALE
    return Standing.CANCELLED if source.get("situacao") == CANCELLED else Standing.NO_SALE


def why_no_sale(source: Source) -> str:
    """The plain reason."""
    if source.get("tipo", 1) != 1:
        return "nota de entrada (compra), não é venda"
    if source.get("finalidade", 1) != 1:
        return "nota de devolução, ajuste ou complemento, não é venda"
    return "nota ainda não autorizada; quando for, a venda entra no Bitrix24"


def document_of(event: str) -> Document | None:
    """The kind that a webhook's `event` names."""
    resource = event.partition(".")[0]
    return {"invoice": Document.NFE, "consumer_invoice": Document.NFCE}.get(resource)


def origin(company_id: str, document: Document, invoice_id: int) -> str:
    """What the `originId` of a sale's own deal says."""
    return f"{company_id}:{document}:{invoice_id}"


def label(document: Document, source: Source) -> str:
    """What people call the invoice."""
    return f"{NAMES[document]} {source.get('numero') or source.get('id')}"


def link_to(source: Source) -> str:
    """Where a person can see the invoice, "" for nowhere."""
    for field in ("linkDanfe", "linkPDF"):
        value = source.get(field)
        if isinstance(value, str) and value.startswith(("https://", "http://")):
            return value
    return ""


def items_of(source: Source) -> list[Item]:
    """The invoice's items: they name products by SKU alone. Raises `BadOrder`."""
    found = source.get("itens")
    return [
        Item(
            name=str(item.get("descricao") or ""),
            code=str(item.get("codigo") or ""),
            unit=str(item.get("unidade") or ""),
            quantity=number(item, "quantidade"),
            price=number(item, "valor"),
        )
        for item in (found if isinstance(found, list) else [])
        if isinstance(item, dict)
    ]


def amounts_of(source: Source) -> Amounts:
    """What the invoice says of its money; a discount is seen only as what is missing. Raises `BadOrder`."""
    return Amounts(total=number(source, "valorNota"), freight=number(source, "valorFrete"))


def worth(source: Source) -> Decimal:
    """The invoice's amount in reais; raises `BadOrder`."""
    return number(source, "valorNota")


def contact_id(source: Source) -> int:
    """Bling id of the buyer, 0 for none."""
    value = at(source, "contato.id")
    return value if isinstance(value, int) else 0
