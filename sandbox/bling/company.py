"""One Bling account with all its records."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sandbox.bling.bodies import Body
from sandbox.bling.contacts import Contacts
from sandbox.bling.ids import Ids, company_id
from sandbox.bling.invoices import Invoices, Issuer, Kind
from sandbox.bling.orders import Orders
from sandbox.bling.products import Catalogue
from sandbox.bling.references import References
from sandbox.bling.stocks import Stocks
from sandbox.core.clock import Clock

Publish = Callable[[str, str, Body], None]
"""Sends an event: company id, `resource.action`, data."""

Later = Callable[[float, Callable[[], None]], None]
"""Calls a function after some real seconds."""

VIRTUAL_STOCK_DELAY_S = 3.0
"""Reservations show seconds after an order (9 to 22 s were seen; three keep a demo lively)."""


class Profile(msgspec.Struct, frozen=True):
    """Who the company is; everything is made up."""

    key: str
    nome: str
    cnpj: str
    email: str


class Company:
    """The records of one account; every write tells the webhooks through `publish`."""

    def __init__(self, profile: Profile, index: int, clock: Clock, publish: Publish, later: Later) -> None:
        self.id = company_id(profile.key)
        self.profile = profile
        self.ids = ids = Ids(index)
        self.clock = clock
        self._publish = publish
        self._later = later
        self._reserving: set[int] = set()
        self.references = References(ids, index, profile.cnpj)
        self.catalogue = Catalogue(ids, clock, self.publish)
        self.contacts = Contacts(ids, clock)
        self.orders = Orders(ids, clock, self.references, self.contacts, self.publish, self._reserve)
        self.stocks = Stocks(ids, self.references, self.catalogue, self.orders.reserved, self.publish)
        self.nfe = self._invoices(Kind.NFE)
        self.nfce = self._invoices(Kind.NFCE)

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

    @property
    def has_more_to_tell(self) -> bool:
        """Whether messages will follow without anybody doing anything: what orders have reserved."""
        return bool(self._reserving)

    def notes_of(self, note_id: int) -> Invoices:
        """NF-e or NFC-e, whichever has the note; BlingError 404 if neither."""
        return self.nfce if note_id in self.nfce else self.nfe

    def _invoices(self, kind: Kind) -> Invoices:
        return Invoices(
            kind,
            Issuer(self.profile.cnpj, self.references.nature),
            self.ids,
            self.clock,
            self.orders,
            self.contacts,
            self.publish,
        )

    def _reserve(self, products: set[int]) -> None:
        waiting = bool(self._reserving)
        self._reserving |= products
        if products and not waiting:
            self._later(VIRTUAL_STOCK_DELAY_S, self._tell_reservations)

    def _tell_reservations(self) -> None:
        products, self._reserving = self._reserving, set()
        for product_id in sorted(products):
            self.stocks.tell_virtual(product_id)
