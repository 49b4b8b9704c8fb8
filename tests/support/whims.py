"""What comes to people's minds; the same for the same chance."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

from sandbox.bling.documents import cnpj, cpf

_T = TypeVar("_T")
_WORDS = ("Copo", "Caneca", "Jarra", "Prato")
_NAMES = ("Ana Souza", "Bruno Lima", "Carla Dias", "Davi Melo", "Eva Reis", "Fábio Luz")
_FIRMS = ("Bar do Zé Ltda", "Casa & Cia", "Louças Sul S.A.")

#: Somebody who buys on either side: name, CPF or CNPJ, e-mail.
Buyer = tuple[str, str, str]


class Whims:
    """Names, prices, amounts, and who buys."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self._made = 0
        self.people: list[Buyer] = [
            (name, cpf(chance), f"pessoa{place}@loja.com.br") for place, name in enumerate(_NAMES)
        ]
        self.firms: list[Buyer] = [
            (name, cnpj(chance, letters=place == 0), f"firma{place}@loja.com.br")
            for place, name in enumerate(_FIRMS)
        ]

    def one_of(self, choices: Sequence[_T]) -> _T:
        """Any of these."""
        return self.chance.choice(choices)

    def likely(self, share: float) -> bool:
        """Whether it happens this time."""
        return self.chance.random() < share

    def name(self) -> str:
        """A product's."""
        return f"{self.one_of(_WORDS)} {self.chance.randrange(1000)}"

    def price(self) -> float:
        """Reais."""
        return self.chance.randrange(1, 100_000) / 100

    def quantity(self) -> float:
        """Mostly whole, sometimes weighed."""
        whole = self.chance.randrange(1, 12)
        return whole if self.likely(0.7) else whole + self.one_of((0.5, 0.25, 0.333))

    def sku(self, side: str) -> str:
        """One that nothing has yet."""
        self._made += 1
        return f"{side}-{self._made}"

    def money_of_an_order(self) -> dict[str, Any]:
        """Discount, freight and expenses; never as much as the goods cost."""
        discount = self.one_of(
            (
                {"valor": 0, "unidade": "REAL"},
                {"valor": 0.01, "unidade": "REAL"},
                {"valor": self.chance.randrange(1, 4000) / 100, "unidade": "PERCENTUAL"},
            )
        )
        freight = self.one_of((0, 0, self.chance.randrange(1, 9000) / 100))
        return {
            "desconto": discount,
            "transporte": {"frete": freight},
            "outrasDespesas": self.one_of((0, 0, 0, 7.77)),
        }
