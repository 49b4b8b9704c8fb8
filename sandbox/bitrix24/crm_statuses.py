"""The CRM's small dictionaries beside the stages: where a deal comes from, what kinds there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_FIRST_ID = 201

_TABLES: dict[str, tuple[tuple[str, str], ...]] = {
    "SOURCE": (
        ("CALL", "Chamada"),
        ("EMAIL", "E-mail"),
        ("WEB", "Site"),
        ("ADVERTISING", "Publicidade"),
        ("PARTNER", "Cliente existente"),
        ("RECOMMENDATION", "Indicação"),
        ("TRADE_SHOW", "Feira ou exposição"),
        ("WEBFORM", "Formulário do CRM"),
        ("CALLBACK", "Retorno de chamada"),
        ("STORE", "Loja on-line"),
        ("OTHER", "Outros"),
    ),
    "DEAL_TYPE": (("SALE", "Venda"), ("SERVICES", "Serviço")),
    "CONTACT_TYPE": (("CLIENT", "Clientes"), ("SUPPLIER", "Fornecedores"), ("PARTNER", "Parceiros")),
    "COMPANY_TYPE": (("CUSTOMER", "Cliente"), ("SUPPLIER", "Fornecedor"), ("PARTNER", "Parceiro")),
}
"""`ENTITY_ID` → `STATUS_ID` and name."""


def statuses() -> Iterator[dict[str, Any]]:
    """Rows of `crm.status.list`; unlike stages they have neither meaning nor colour."""
    number = _FIRST_ID
    for entity_id, rows in _TABLES.items():
        for place, (status_id, name) in enumerate(rows, 1):
            yield {
                "ID": str(number),
                "ENTITY_ID": entity_id,
                "STATUS_ID": status_id,
                "NAME": name,
                "NAME_INIT": name,
                "SORT": str(place * 10),
                "SYSTEM": "Y",
                "CATEGORY_ID": None,
                "COLOR": None,
                "SEMANTICS": None,
            }
            number += 2
