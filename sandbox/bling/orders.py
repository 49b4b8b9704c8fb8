"""The sales orders of an account and everything that changes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial

from sandbox.bling import order_forms as forms
from sandbox.bling.bodies import Body, reference, whole
from sandbox.bling.contacts import Contacts
from sandbox.bling.errors import not_found
from sandbox.bling.ids import Ids
from sandbox.bling.queries import Query
from sandbox.bling.references import CANCELLED, References
from sandbox.core.clock import Clock
from sandbox.core.index import Index

FIRST_NUMBER = 1000


class Order:
    """One order; `body` is its GET. `changed` is unix seconds."""

    __slots__ = ("body", "changed")

    def __init__(self, body: Body, now: float) -> None:
        self.body = body
        self.changed = now


class Orders:
    """Creates, replaces, moves and deletes orders, and publishes what Bling would.

    `reserve` is called with the products whose reservation may have changed.
    """

    def __init__(
        self,
        ids: Ids,
        clock: Clock,
        references: References,
        contacts: Contacts,
        publish: Callable[[str, Body], None],
        reserve: Callable[[set[int]], None],
    ) -> None:
        self._ids = ids
        self._clock = clock
        self._references = references
        self._contacts = contacts
        self._publish = publish
        self._reserve = reserve
        self._orders: dict[int, Order] = {}
        self._index = Index()
        self._reserved: defaultdict[int, float] = defaultdict(float)
        self._last_number = FIRST_NUMBER

    def all(self) -> Iterator[Order]:
        """In the order of their making."""
        return iter(self._orders.values())

    def get(self, order_id: int) -> Order:
        """The order with this id; BlingError 404 if there is none."""
        found = self._orders.get(order_id)
        if found is None:
            raise not_found()
        return found

    def create(self, sent: Body) -> int:
        """`POST /pedidos/vendas`: the new id. It is born *Em aberto*; there is no check for doubles."""
        order = self._checked(sent)
        self._last_number += 1
        order |= {"id": self._ids.take(), "numero": self._last_number}
        self._orders[order["id"]] = Order(order, self._clock.real())
        self._index.put(order["id"], _keys(order))
        self._hold(order, 1)
        self._tell("created", order)
        self._reserve(product_ids(order))
        return int(order["id"])

    def replace(self, order_id: int, sent: Body) -> None:
        """`PUT /pedidos/vendas/{id}`: the whole document; refused if nothing changes (code 3)."""
        order = self.get(order_id)
        self._refuse_stale_parcels(order.body, sent)
        written = self._checked(sent)
        if forms.same(written, order.body):
            text = (
                "Informações idênticas a última venda salva, altere alguma informação caso deseje prosseguir"
            )
            raise forms.refusal(3, text, "")
        touched = product_ids(order.body) | product_ids(written)
        kept = {key: order.body[key] for key in ("id", "numero", "situacao", "notaFiscal")}
        self._hold(order.body, -1)
        order.body = written | kept
        self._index.put(order_id, _keys(order.body))
        self._hold(order.body, 1)
        self._changed(order)
        self._reserve(touched)

    def move(self, order_id: int, situation_id: int) -> None:
        """`PATCH …/situacoes/{id}`: refused if it is there already (code 50)."""
        order = self.get(order_id)
        situation = self._references.situation(situation_id)
        if order.body["situacao"]["id"] == situation.id:
            raise forms.refusal(50, "A venda possui a mesma situação", "situacao")
        self._hold(order.body, -1)
        order.body["situacao"] = {"id": situation.id, "valor": situation.valor}
        self._hold(order.body, 1)
        self._changed(order)
        self._reserve(product_ids(order.body))

    def delete(self, order_id: int) -> None:
        """`DELETE /pedidos/vendas/{id}`: the order passes through *Cancelado* on its way out."""
        order = self.get(order_id)
        if order.body["situacao"]["id"] != CANCELLED:
            self.move(order_id, CANCELLED)
        del self._orders[order_id]
        self._index.drop(order_id)
        self._publish("order.deleted", {"id": order_id})

    def set_invoice(self, order_id: int, invoice_id: int) -> None:
        """The order alone knows its invoice; whether an event follows is unknown, so none does."""
        self.get(order_id).body["notaFiscal"] = {"id": invoice_id}

    def drop_invoice(self, order_id: int, invoice_id: int) -> None:
        """The invoice is gone: the order, if there is one, has none any more."""
        order = self._orders.get(order_id)
        if order is not None and reference(order.body["notaFiscal"]) == invoice_id:
            order.body["notaFiscal"] = {"id": 0}

    def __len__(self) -> int:
        return len(self._orders)

    def reserved(self, product_id: int) -> float:
        """How much of a product the orders reserve."""
        return self._reserved[product_id]

    def listed(self, query: Query, now: float) -> Iterator[Order]:
        """`GET /pedidos/vendas`, newest first."""
        tests = list(_tests(query, now))
        return (order for order in self._newest(query) if all(test(order) for test in tests))

    def _newest(self, query: Query) -> Iterator[Order]:
        """The orders worth a look, newest first: ids count up."""
        contact, numbers = query.integer("idContato"), query.texts("numerosLojas")
        if contact is None and numbers is None:
            return reversed(self._orders.values())
        keys = [f"contato={contact}"] if contact is not None else [f"loja={text}" for text in numbers or ()]
        return (self._orders[found] for found in sorted(self._index.find(keys), reverse=True))

    def _checked(self, sent: Body) -> Body:
        forms.refuse(forms.problems(sent, self._references.payment_exists))
        contact = self._contacts.find(reference(sent["contato"]))
        if contact is None:
            raise forms.refusal(10, "O contato informado não foi encontrado.", "contato")
        order = forms.written(sent, self._ids)
        order["contato"] = {
            "id": contact.body["id"],
            "nome": contact.body["nome"],
            "tipoPessoa": contact.body["tipo"],
            "numeroDocumento": contact.body["numeroDocumento"],
        }
        if forms.parcels_differ(order):
            raise forms.refusal(22, "O somatório do valor das parcelas difere do total da venda", "parcelas")
        return order

    def _refuse_stale_parcels(self, order: Body, sent: Body) -> None:
        known = {parcel["id"] for parcel in order["parcelas"]}
        for parcel in forms.rows(sent, "parcelas"):
            parcel_id = whole(parcel.get("id"))
            if parcel_id and parcel_id not in known:
                raise forms.refusal(13, "Id da parcela inválido.", "parcelas")

    def _hold(self, order: Body, times: int) -> None:
        if not self._references.situation(order["situacao"]["id"]).reserves:
            return
        for item in order["itens"]:
            self._reserved[reference(item["produto"])] += times * float(item["quantidade"])

    def _changed(self, order: Order) -> None:
        order.changed = self._clock.real()
        self._tell("updated", order.body)

    def _tell(self, action: str, order: Body) -> None:
        self._publish(f"order.{action}", forms.event_data(order))


def _keys(order: Body) -> tuple[str, ...]:
    return f"contato={order['contato']['id']}", f"loja={order['numeroLoja']}"


def product_ids(order: Body) -> set[int]:
    """The products that stand on an order's rows."""
    return {reference(item["produto"]) for item in order["itens"]} - {0}


def row(body: Body) -> Body:
    """A row of the list."""
    return {key: body[key] for key in forms.BASE}


Test = Callable[[Order], bool]


def _tests(query: Query, now: float) -> Iterator[Test]:
    """What the query asks of an order; nothing for what it does not mention."""
    for name, read in _SINGLE.items():
        wanted = query.integer(name)
        if wanted is not None:
            yield partial(_equals, read, wanted)
    situations, numbers = query.integers("idsSituacoes"), query.texts("numerosLojas")
    if situations is not None:
        yield lambda order: order.body["situacao"]["id"] in situations
    if numbers is not None:
        yield lambda order: order.body["numeroLoja"] in numbers
    changed = query.span("dataAlteracao", now)
    if changed is not None:
        yield lambda order: changed[0] <= order.changed <= changed[1]
    for prefix in ("data", "dataPrevista"):
        days = query.days(prefix, now)
        if days is not None:
            yield partial(_within, prefix, days)


_SINGLE: dict[str, Callable[[Body], object]] = {
    "idContato": lambda body: body["contato"]["id"],
    "numero": lambda body: body["numero"],
    "idLoja": lambda body: reference(body["loja"]),
    "idVendedor": lambda body: reference(body["vendedor"]),
    "idUnidadeNegocio": lambda body: reference(body["loja"].get("unidadeNegocio")),
}


def _equals(read: Callable[[Body], object], wanted: int, order: Order) -> bool:
    return read(order.body) == wanted


def _within(key: str, days: tuple[str, str], order: Order) -> bool:
    return days[0] <= str(order.body[key]) <= days[1]
