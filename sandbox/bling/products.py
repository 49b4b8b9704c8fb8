"""The products of an account and everything that changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sandbox.bling import product_forms as forms
from sandbox.bling.bodies import Body, reference, whole
from sandbox.bling.errors import field, invalid, not_found
from sandbox.bling.ids import Ids
from sandbox.bling.images import sent_images
from sandbox.core.clock import Clock


class Product:
    """One product; `body` is `GET /produtos/{id}` without its variations. Times are unix seconds."""

    __slots__ = ("body", "changed", "children", "clones", "created", "order", "parent", "variation")

    def __init__(self, body: Body, parent: int, now: float) -> None:
        self.body = body
        self.parent = parent
        self.created = now
        self.changed = now
        self.children: list[int] = []
        self.variation = ""
        self.order = 0
        self.clones = False

    @property
    def id(self) -> int:
        """Its id."""
        number: int = self.body["id"]
        return number


class Catalogue:
    """Creates, changes and deletes products, and publishes what Bling would."""

    def __init__(self, ids: Ids, clock: Clock, publish: Callable[[str, Body], None]) -> None:
        self._ids = ids
        self._clock = clock
        self._publish = publish
        self._products: dict[int, Product] = {}

    def __len__(self) -> int:
        return len(self._products)

    def newest_first(self) -> Iterator[Product]:
        """All products, the last included one first."""
        return reversed(self._products.values())

    def oldest_first(self) -> Iterator[Product]:
        """All products in the order of their making."""
        return iter(self._products.values())

    def get(self, product_id: int) -> Product:
        """The product with this id; BlingError 404 if there is none."""
        found = self._products.get(product_id)
        if found is None:
            raise not_found()
        return found

    def find(self, product_id: int) -> Product | None:
        """The product with this id, if any."""
        return self._products.get(product_id)

    def children(self, product: Product) -> list[Product]:
        """The variations of a parent, in their order."""
        return [self._products[child] for child in product.children]

    def create(self, sent: Body) -> Body:
        """`POST /produtos`: the answer's `data`."""
        _refuse(forms.problems(sent, whole=True) + _child_problems(sent, whole=True))
        product = self._add(sent, parent=None)
        self._tell("created", product)
        saved = [self._add_child(product, child) for child in _variations(sent)]
        return _answer(product, saved=saved)

    def patch(self, product_id: int, sent: Body) -> Body:
        """`PATCH /produtos/{id}`: only what is sent changes."""
        product = self.get(product_id)
        _refuse(forms.problems(sent, whole=False) + _child_problems(sent, whole=False))
        self._write(product, sent)
        updated, saved = self._write_children(product, _variations(sent))
        self._tell("updated", product)
        return _answer(product, updated=updated, saved=saved)

    def replace(self, product_id: int, sent: Body) -> Body:
        """`PUT /produtos/{id}`: what is left out is reset; missing variations are deleted if any are sent."""
        product = self.get(product_id)
        _refuse(forms.problems(sent, whole=True) + _child_problems(sent, whole=False))
        balance = product.body["estoque"]["saldoVirtualTotal"]
        product.body = forms.empty() | {"id": product.id}
        product.body["estoque"]["saldoVirtualTotal"] = balance
        self._write(product, sent)
        deleted = self._drop_missing(product, sent)
        updated, saved = self._write_children(product, _variations(sent))
        self._tell("updated", product)
        return _answer(product, deleted=deleted, updated=updated, saved=saved)

    def set_situation(self, product_id: int, situacao: object) -> None:
        """`PATCH /produtos/{id}/situacoes`; even "E" (deleted) is only an update."""
        product = self.get(product_id)
        if situacao not in ("A", "I", "E"):
            raise invalid([field(3, "O valor do campo situacao é inválido.", "situacao", forms.NAMESPACE)])
        product.body["situacao"] = situacao
        self._touch(product)
        self._tell("updated", product)

    def delete(self, product_id: int) -> None:
        """`DELETE /produtos/{id}`: gone for good, variations too."""
        product = self.get(product_id)
        for child in list(product.children):
            self.delete(child)
        parent = self._products.get(product.parent)
        if parent is not None:
            parent.children.remove(product_id)
        del self._products[product_id]
        self._publish("product.deleted", {"id": product_id})

    def set_balance(self, product: Product, total: float) -> None:
        """Show a new virtual balance; stock is no edit of the product and sends no product event."""
        product.body["estoque"]["saldoVirtualTotal"] = total

    def _add(self, sent: Body, parent: Product | None) -> Product:
        body = forms.empty()
        body["id"] = self._ids.take()
        product = Product(body, parent.id if parent else 0, self._clock.real())
        self._products[product.id] = product
        self._write(product, sent)
        return product

    def _add_child(self, parent: Product, sent: Body) -> int:
        child = self._add(sent, parent)
        parent.children.append(child.id)
        child.order = len(parent.children)
        self._write_variation(child, sent)
        self._clone(parent, child)
        if not child.body["nome"]:
            child.body["nome"] = f"{parent.body['nome']} {child.variation}".strip()
        self._tell("created", child)
        return child.id

    def _write(self, product: Product, sent: Body) -> None:
        forms.merge(product.body, sent)
        product.body["midia"] = sent_images(sent, product.body["midia"], self._ids)
        if product.parent and "variacao" in sent:
            self._write_variation(product, sent)
        self._touch(product)
        for child in self.children(product):
            self._clone(product, child)

    def _write_children(self, parent: Product, sent: list[Body]) -> tuple[list[int], list[int]]:
        # The variations that a parent's edit changes send no events of their own: whether Bling's
        # do is unknown, and silence is the harder case for whoever listens.
        updated: list[int] = []
        saved: list[int] = []
        for entry in sent:
            own = whole(entry.get("id"))
            if own in parent.children:
                self._write(self._products[own], entry)
                updated.append(own)
            else:
                saved.append(self._add_child(parent, entry))
        return updated, saved

    def _drop_missing(self, parent: Product, sent: Body) -> list[int]:
        if "variacoes" not in sent:
            return []
        kept = {whole(entry.get("id")) for entry in _variations(sent)}
        gone = [child for child in parent.children if child not in kept]
        for child in gone:
            self.delete(child)
        return gone

    def _write_variation(self, child: Product, sent: Body) -> None:
        entry = sent.get("variacao")
        if not isinstance(entry, dict):
            return
        child.variation = str(entry.get("nome") or child.variation)
        child.order = whole(entry.get("ordem")) or child.order
        parent = entry.get("produtoPai")
        if isinstance(parent, dict) and "cloneInfo" in parent:
            child.clones = bool(parent["cloneInfo"])

    def _clone(self, parent: Product, child: Product) -> None:
        if child.clones:
            forms.inherit(child.body, parent.body, child.variation)
            self._touch(child)

    def _touch(self, product: Product) -> None:
        product.changed = self._clock.real()

    def _tell(self, action: str, product: Product) -> None:
        self._publish(f"product.{action}", forms.event_data(product.body, product.parent))


def _variations(sent: Body) -> list[Body]:
    listed = sent.get("variacoes")
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _child_problems(sent: Body, *, whole: bool) -> list[Body]:
    found: list[Body] = []
    for index, entry in enumerate(_variations(sent)):
        new = whole or not reference(entry)
        inner = forms.problems(entry, whole=new, child=True)
        if new and not (isinstance(entry.get("variacao"), dict) and entry["variacao"].get("nome")):
            inner.append(field(1, "O nome da variação é obrigatório.", "variacao", forms.NAMESPACE))
        if inner:
            text = "Uma ou mais variações possuem erros de validação"
            rows = [{"index": index, **problem} for problem in inner]
            found.append(field(49, text, "variacoes", forms.NAMESPACE) | {"collection": rows})
    return found


def _refuse(problems: list[Body]) -> None:
    if problems:
        raise invalid(problems, "o produto")


def _answer(product: Product, **changed: list[int]) -> Body:
    kinds = ("deleted", "updated", "saved")
    return {
        "id": product.id,
        "variations": {
            kind: [{"id": child, "variations": {}, "warnings": []} for child in changed.get(kind, [])]
            for kind in kinds
        },
        "warnings": [],
    }
