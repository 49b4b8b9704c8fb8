"""The notes of an account: NF-e and NFC-e alike, born as drafts, authorised when sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

import msgspec

from sandbox.bling import invoice_forms as forms
from sandbox.bling.bodies import Body, reference
from sandbox.bling.contacts import Contacts
from sandbox.bling.errors import field, invalid, not_found
from sandbox.bling.ids import Ids
from sandbox.bling.orders import Orders
from sandbox.bling.queries import Query
from sandbox.bling.times import moment_of
from sandbox.core.clock import Clock

FIRST_NUMBER = 6540


class Kind(StrEnum):
    """Both kinds, by the name their webhooks carry."""

    NFE = "invoice"
    NFCE = "consumer_invoice"


class Act(StrEnum):
    """What befalls a note without the API having a call for it, or by the tax office's answer."""

    AUTHORISE = "authorise"
    REJECT = "reject"
    PRINT = "print"
    CANCEL = "cancel"


_ACTS: dict[Act, tuple[frozenset[int], int]] = {
    Act.AUTHORISE: (frozenset({forms.DRAFT, forms.REJECTED}), forms.AUTHORISED),
    Act.REJECT: (frozenset({forms.DRAFT, forms.REJECTED}), forms.REJECTED),
    Act.PRINT: (frozenset({forms.AUTHORISED}), forms.PRINTED),
    Act.CANCEL: (frozenset({forms.DRAFT, forms.REJECTED, forms.AUTHORISED, forms.PRINTED}), forms.CANCELLED),
}
"""The situations that each act takes a note from, and the one it leads to."""


class Issuer(msgspec.Struct, frozen=True):
    """Who issues the notes, and the `naturezaOperacao` of those that are made from orders."""

    cnpj: str
    nature: int


class Invoices:
    """Makes, authorises, cancels and lists the notes of one kind."""

    def __init__(
        self,
        kind: Kind,
        issuer: Issuer,
        ids: Ids,
        clock: Clock,
        orders: Orders,
        contacts: Contacts,
        publish: Callable[[str, Body], None],
    ) -> None:
        self._kind = kind
        self._issuer = issuer
        self._ids = ids
        self._clock = clock
        self._orders = orders
        self._contacts = contacts
        self._publish = publish
        self._notes: dict[int, Body] = {}
        self._order_of: dict[int, int] = {}
        self._last_number = FIRST_NUMBER

    def all(self) -> Iterator[Body]:
        """In the order of their making."""
        return iter(self._notes.values())

    def __contains__(self, note_id: int) -> bool:
        return note_id in self._notes

    def get(self, note_id: int) -> Body:
        """The note with this id; BlingError 404 if there is none."""
        found = self._notes.get(note_id)
        if found is None:
            raise not_found()
        return found

    def from_order(self, order_id: int) -> int:
        """`gerar-nfe` and `gerar-nfce`: the draft's id, which the order then carries."""
        order = self._orders.get(order_id).body
        if reference(order["notaFiscal"]):
            text = "A venda já possui nota fiscal."
            raise invalid([field(60, text, "notaFiscal", "VENDAS")], "a nota fiscal")
        contact = self._contacts.get(order["contato"]["id"]).body
        note = forms.from_order(order, contact)
        note["naturezaOperacao"] = {"id": self._issuer.nature}
        note_id = self._add(note)
        self._order_of[note_id] = order_id
        self._orders.set_invoice(order_id, note_id)
        return note_id

    def create(self, sent: Body) -> Body:
        """`POST /nfe`, `POST /nfce`: the answer's `data`."""
        note = forms.from_sent(sent)
        note_id = self._add(note)
        return {
            "id": note_id,
            "numero": note["numero"],
            "serie": str(note["serie"]),
            "contato": {"nome": note["contato"]["nome"]},
        }

    def send(self, note_id: int) -> str:
        """`enviar`: authorises a draft; the address of its XML."""
        return str(self.act(note_id, Act.AUTHORISE)["xml"])

    def cancel(self, note_id: int) -> None:
        """What a person does in Bling: the API has no call for it."""
        self.act(note_id, Act.CANCEL)

    def act(self, note_id: int, act: Act) -> Body:
        """Bring a note to another situation; BlingError 400 if it cannot come there from its present one."""
        note = self.get(note_id)
        sources, target = _ACTS[act]
        if note["situacao"] not in sources:
            text = "A situação da nota não permite esta ação."
            raise invalid([field(61, text, "situacao", forms.NAMESPACE)], "a nota fiscal")
        if act is Act.AUTHORISE:
            forms.authorise(note, self._issuer.cnpj)
        note["situacao"] = target
        self._tell("updated", note)
        return note

    def delete(self, note_id: int) -> None:
        """`DELETE /nfe`: its order may have another one."""
        self.get(note_id)
        del self._notes[note_id]
        self._orders.drop_invoice(self._order_of.pop(note_id, 0), note_id)
        self._publish(f"{self._kind}.deleted", {"id": note_id})

    def listed(self, query: Query, now: float) -> Iterator[Body]:
        """Newest first. Cancelled notes are left out unless `situacao` is sent; NF-e: `tipo` is 1."""
        tests: list[Callable[[Body], bool]] = []
        situation, stretch = query.integer("situacao"), query.days("dataEmissao", now)
        if situation is None:
            tests.append(lambda note: note["situacao"] != forms.CANCELLED)
        else:
            tests.append(lambda note: note["situacao"] == situation)
        if self._kind is Kind.NFE:
            kind, shop_number = query.choice("tipo", (0, 1), 1), query.text("numeroLoja")
            tests.append(lambda note: note["tipo"] == kind)
            if shop_number is not None:
                tests.append(lambda note: note["numeroPedidoLoja"] == shop_number)
        for name in ("numero", "serie", "chaveAcesso"):
            wanted = query.text(name)
            if wanted is not None:
                tests.append(_equals(name, wanted))
        if stretch is not None:
            tests.append(lambda note: stretch[0] <= note["dataEmissao"][:10] <= stretch[1])
        newest = reversed(self._notes.values())
        return (note for note in newest if all(test(note) for test in tests))

    def _add(self, note: Body) -> int:
        self._last_number += 1
        moment = moment_of(self._clock.real())
        note |= {"id": self._ids.take(), "numero": f"{self._last_number:06d}", "dataEmissao": moment}
        note["dataOperacao"] = note["dataOperacao"] or moment
        note["contato"]["id"] = note["contato"]["id"] or self._contact_of(note["contato"])
        self._notes[note["id"]] = note
        self._tell("created", note)
        return int(note["id"])

    def _contact_of(self, sent: Body) -> int:
        document = sent["numeroDocumento"]
        for contact in self._contacts.all():
            if document and contact.body["numeroDocumento"] == document:
                return int(contact.body["id"])
        return 0

    def _tell(self, action: str, note: Body) -> None:
        self._publish(f"{self._kind}.{action}", forms.event_data(note))


def row(note: Body) -> Body:
    """A row of the list."""
    return {key: note[key] for key in forms.BASE}


def _equals(name: str, wanted: str) -> Callable[[Body], bool]:
    return lambda note: str(note[name]).lstrip("0") == wanted.lstrip("0")
