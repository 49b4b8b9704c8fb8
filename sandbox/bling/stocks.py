"""Stock balances: physical per deposit, virtual less what orders reserve."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sandbox.bling.bodies import Body, number, reference
from sandbox.bling.errors import field, invalid
from sandbox.bling.ids import Ids
from sandbox.bling.product_lists import sign
from sandbox.bling.products import Catalogue, Product
from sandbox.bling.queries import Query
from sandbox.bling.references import References

NAMESPACE = "ESTOQUES"
POSITIVE = 1


class Stocks:
    """Movements and balances. `reserved` tells how much of a product the orders hold back."""

    def __init__(
        self,
        ids: Ids,
        references: References,
        catalogue: Catalogue,
        reserved: Callable[[int], float],
        publish: Callable[[str, Body], None],
    ) -> None:
        self._ids = ids
        self._references = references
        self._catalogue = catalogue
        self._reserved = reserved
        self._publish = publish
        self._physical: dict[int, dict[int, float]] = {}

    def move(self, sent: Body) -> int:
        """`POST /estoques`: B sets the balance, E adds, S takes away; answers the movement's id."""
        product = self._catalogue.find(reference(sent.get("produto")))
        deposit = reference(sent.get("deposito"))
        amount, operation = number(sent.get("quantidade")), sent.get("operacao")
        known = any(entry["id"] == deposit for entry in self._references.deposits)
        problems = [
            field(1, f"O campo {name} é inválido.", name, NAMESPACE)
            for name, good in (
                ("produto", product is not None),
                ("deposito", known),
                ("quantidade", amount is not None),
                ("operacao", operation in ("B", "E", "S")),
            )
            if not good
        ]
        if problems or product is None or amount is None:
            raise invalid(problems, "o estoque")
        balances = self._physical.setdefault(product.id, {})
        before = balances.get(deposit, 0.0)
        balances[deposit] = {"B": amount, "E": before + amount, "S": before - amount}[str(operation)]
        self.show(product)
        movement = {"operacao": operation, "quantidade": amount}
        self._publish("stock.created", self._event(product, deposit) | movement | self._totals(product))
        return self._ids.take()

    def show(self, product: Product) -> None:
        """Bring the balance that the product shows up to date."""
        self._catalogue.set_balance(product, self._virtual(product))

    def tell_virtual(self, product_id: int) -> None:
        """What follows seconds after an order: `virtual_stock.updated`."""
        product = self._catalogue.find(product_id)
        if product is None:
            return
        self.show(product)
        self._publish(
            "virtual_stock.updated",
            {
                "produto": {"id": product_id},
                **self._totals(product),
                "vinculoComplexo": False,
                "depositos": [self._deposit(product, entry["id"]) for entry in self._counted()],
            },
        )

    def listed(self, query: Query, deposit: int | None = None) -> Iterator[Body]:
        """`GET /estoques/saldos[/{idDeposito}]`; sold-out products are missing by default."""
        ids, codes = query.integers("idsProdutos"), query.texts("codigos")
        if ids is None and codes is None:
            text = "O campo idsProdutos é obrigatório."
            raise invalid([field(1, text, "idsProdutos", NAMESPACE)])
        wanted = query.choice("filtroSaldoEstoque", range(3), POSITIVE)
        for product in self._catalogue.oldest_first():
            chosen = (ids is None or product.id in ids) and (codes is None or product.body["codigo"] in codes)
            if chosen and sign(self._physical_total(product, deposit)) == wanted:
                yield self._row(product, deposit)

    def _row(self, product: Product, deposit: int | None) -> Body:
        head = {"produto": {"id": product.id, "codigo": product.body["codigo"]}}
        if deposit is not None:
            shown = self._deposit(product, deposit)
            return head | {
                "saldoFisicoTotal": shown["saldoFisico"],
                "saldoVirtualTotal": shown["saldoVirtual"],
            }
        deposits = [self._deposit(product, entry["id"]) for entry in self._counted()]
        return head | self._totals(product) | {"depositos": deposits}

    def _counted(self) -> list[Body]:
        return [entry for entry in self._references.deposits if entry["situacao"] == 1]

    def _physical_total(self, product: Product, deposit: int | None = None) -> float:
        balances = self._physical.get(product.id, {})
        if deposit is not None:
            return balances.get(deposit, 0.0)
        # Deposits with `desconsiderarSaldo` are no part of the totals.
        return sum(
            balances.get(entry["id"], 0.0) for entry in self._counted() if not entry["desconsiderarSaldo"]
        )

    def _virtual(self, product: Product) -> float:
        return self._physical_total(product) - self._reserved(product.id)

    def _totals(self, product: Product) -> Body:
        return {
            "saldoFisicoTotal": self._physical_total(product),
            "saldoVirtualTotal": self._virtual(product),
        }

    def _deposit(self, product: Product, deposit: int) -> Body:
        physical = self._physical_total(product, deposit)
        held = self._reserved(product.id) if deposit == self._references.default_deposit else 0.0
        return {"id": deposit, "saldoFisico": physical, "saldoVirtual": physical - held}

    def _event(self, product: Product, deposit: int) -> Body:
        return {"produto": {"id": product.id}, "deposito": self._deposit(product, deposit)}
