"""One Bling account with all its records."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sandbox.bling.bodies import Body
from sandbox.bling.ids import Ids, company_id
from sandbox.bling.products import Catalogue
from sandbox.bling.seeds import simple_product
from sandbox.core.clock import Clock

Publish = Callable[[str, str, Body], None]
"""Sends an event: company id, `resource.action`, data."""


class Profile(msgspec.Struct, frozen=True):
    """Who the company is; everything is made up."""

    key: str
    nome: str
    cnpj: str
    email: str


class Company:
    """The records of one account; every write tells the webhooks through `publish`."""

    def __init__(self, profile: Profile, index: int, clock: Clock, publish: Publish) -> None:
        self.id = company_id(profile.key)
        self.profile = profile
        self.ids = Ids(index)
        self.clock = clock
        self._publish = publish
        self.catalogue = Catalogue(self.ids, clock, self.publish)

    def publish(self, event: str, data: Body) -> None:
        """Send one of this company's events."""
        self._publish(self.id, event, data)

    def basics(self) -> Body:
        """`GET /empresas/me/dados-basicos`."""
        return {
            "id": self.id,
            "nome": self.profile.nome,
            "cnpj": self.profile.cnpj,
            "email": self.profile.email,
            "dataContrato": "2024-12-31",
        }

    def seed(self, *, products: int, orders: int) -> dict[str, list[int]]:
        """Simple active products and orders of today; answers their ids."""
        made = [self.catalogue.create(simple_product(number))["id"] for number in range(1, products + 1)]
        return {"products": made, "orders": []}
