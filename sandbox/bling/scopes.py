"""Which scope guards which resource. Bling's scope ids are plain numbers; these are made up."""

from __future__ import annotations

SCOPES: dict[str, int] = {
    "produtos": 318257568,
    "categorias": 318257570,
    "campos-customizados": 318257583,
    "pedidos": 98309,
    "situacoes": 5862218180,
    "contatos": 98308,
    "estoques": 106168710,
    "depositos": 318257548,
    "nfe": 98312,
    "nfce": 98314,
    "canais-venda": 318257565,
    "vendedores": 98313,
    "formas-pagamentos": 98310,
}
"""Scope id by the first part of the path; paths that are not listed need none."""

SCOPE_IDS = " ".join(str(scope) for scope in SCOPES.values())
