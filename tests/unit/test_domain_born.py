"""What a person has changed in an order since it was made of a deal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.domain.born import OPEN, as_made, memory_of

MADE: dict[str, Any] = {
    "numeroLoja": "ponte-abc-7",
    "contato": {"id": 5},
    "itens": [{"descricao": "Copo", "quantidade": 2, "valor": 10.5, "produto": {"id": 9}}],
    "parcelas": [{"valor": 26.0}],
    "desconto": {"valor": 0, "unidade": "REAL"},
    "outrasDespesas": 0,
    "transporte": {"frete": 5},
}
MEMORY = memory_of(MADE, company=False, customer=130)


def order(**fields: Any) -> dict[str, Any]:
    """As Bling tells it: completed, with its own numbers."""
    told = {
        "id": 1,
        "numero": 1001,
        "contato": {"id": 5, "nome": "Ana"},
        "itens": [{"descricao": "Copo", "quantidade": 2, "valor": Decimal("10.50"), "unidade": "UN"}],
        "total": Decimal("26.00"),
        "desconto": {"valor": 0, "unidade": "PERCENTUAL"},
        "outrasDespesas": 0,
        "transporte": {"frete": Decimal(5), "volumes": []},
        "observacoes": "",
        "situacao": {"id": 6, "valor": 0},
    }
    told["itens"][0]["produto"] = {"id": 9}
    return told | fields


def test_what_nobody_touched_is_as_bling_tells_it() -> None:
    then = as_made(order(), MEMORY, None)
    assert then is not None
    same = ("id", "numero", "contato", "itens", "total", "desconto", "transporte", "situacao")
    assert {name: then[name] for name in same} == {name: order()[name] for name in same}


@pytest.mark.parametrize(
    ("name", "now", "then"),
    [
        (
            "itens",
            [{"descricao": "Copo", "quantidade": 3, "valor": 9, "produto": {"id": 9}}],
            MADE["itens"],
        ),
        ("transporte", {"frete": 7}, MADE["transporte"]),
        ("contato", {"id": 6, "nome": "Zé"}, {"id": 5}),
        ("situacao", {"id": 12, "valor": 2}, OPEN),
        ("total", Decimal(99), Decimal("26.0")),
        ("observacoes", "urgente", None),
    ],
)
def test_what_somebody_changed_is_as_it_was_sent(name: str, now: Any, then: Any) -> None:
    found = as_made(order(**{name: now}), MEMORY, None)
    assert found is not None
    assert found[name] == then


def test_the_situation_is_the_one_that_bling_told_first() -> None:
    found = as_made(order(), MEMORY, {"id": 9, "valor": 1})
    assert found is not None
    assert found["situacao"] == {"id": 9, "valor": 1}


def test_nobody_knows_how_an_order_was_made_whose_answer_was_lost() -> None:
    assert as_made(order(), {}, None) is None
