"""Records made in numbers for bursts and imports."""

from __future__ import annotations

from sandbox.bling.bodies import Body


def simple_product(number: int) -> Body:
    """The n-th simple active product, with a code of its own and a price of a few reais."""
    return {
        "nome": f"Produto de teste {number:05d}",
        "codigo": f"TESTE-{number:05d}",
        "preco": round(5 + (number * 37 % 20_000) / 100, 2),
        "tipo": "P",
        "situacao": "A",
        "formato": "S",
        "unidade": "UN",
        "descricaoCurta": f"Produto simples número {number}",
    }
