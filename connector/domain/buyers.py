"""The customer of a deal → a contact of Bling: the way of `connector.domain.people` back.

Sources: facts of Bling (contacts: a create needs `nome`, `situacao`, `tipo`; documents in bare digits) and of
Bitrix24 (people: documents live in requisites, phones and e-mails in `fm`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from connector.domain.people import Document, Phone, document_of, emails_of, phones_of

#: Longest name that Bling is sent.
_NAME = 120


class Buyer(msgspec.Struct, frozen=True, kw_only=True):
    """A contact or company of Bitrix24."""

    company: bool
    bitrix_id: int
    name: str
    document: Document | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[Phone, ...] = ()


def buyer_of(item: Mapping[str, Any], *, company: bool, documents: Iterable[object] = ()) -> Buyer:
    """Of an item as `crm.item.get` tells it; `documents` = texts that may be its CPF or CNPJ."""
    found = [document for text in documents if (document := document_of(text)) is not None]
    # A company's own is a CNPJ, a person's a CPF; a sole trader may have either.
    found.sort(key=lambda document: (document.kind == "cnpj") is not company)
    parts = (item.get("title"),) if company else (item.get(part) for part in ("name", "lastName"))
    name = " ".join(str(part).strip() for part in parts if part).strip()
    reach = list(_reach(item))
    return Buyer(
        company=company,
        bitrix_id=int(item["id"]),
        name=name or f"{'Empresa' if company else 'Contato'} {item['id']}",
        document=found[0] if found else None,
        emails=emails_of(*(value for kind, value in reach if kind == "EMAIL")),
        phones=phones_of(*(value for kind, value in reach if kind == "PHONE")),
    )


def code_of(member_id: str, buyer: Buyer) -> str:
    """Bling's `codigo` of a contact that Ponte made: it is found again by it after a cut-off create."""
    return f"b24-{member_id[:8]}-{'e' if buyer.company else 'c'}{buyer.bitrix_id}"


def contact_body(buyer: Buyer, code: str) -> dict[str, Any]:
    """The body of `POST /contatos`."""
    company = buyer.document.kind == "cnpj" if buyer.document is not None else buyer.company
    body: dict[str, Any] = {
        "nome": buyer.name[:_NAME],
        "codigo": code,
        "situacao": "A",
        "tipo": "J" if company else "F",
    }
    if buyer.document is not None:
        body["numeroDocumento"] = buyer.document.text
    if buyer.emails:
        body["email"] = buyer.emails[0]
    mobile = next((phone for phone in buyer.phones if _is_mobile(phone)), None)
    other = next((phone for phone in buyer.phones if phone is not mobile), None)
    if mobile is not None:
        body["celular"] = _national(mobile)
    if other is not None:
        body["telefone"] = _national(other)
    return body


def _reach(item: Mapping[str, Any]) -> Iterable[tuple[str, object]]:
    """Phones and e-mails: a list, or a map by id where the portal answers so."""
    values = item.get("fm") or ()
    rows = values.values() if isinstance(values, Mapping) else values
    return (
        (str(row.get("typeId") or row.get("type_id")), row.get("value"))
        for row in rows
        if isinstance(row, Mapping)
    )


def _is_mobile(phone: Phone) -> bool:
    return phone.text.startswith("+55") and len(phone.text) == len("+5511987654321")


def _national(phone: Phone) -> str:
    """As Brazilians write it: (11) 98765-4321; another country's stays as it is."""
    if not phone.text.startswith("+55"):
        return phone.text
    digits = phone.text.removeprefix("+55")
    return f"({digits[:2]}) {digits[2:-4]}-{digits[-4:]}"
