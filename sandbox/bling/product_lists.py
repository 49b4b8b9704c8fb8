"""`GET /produtos`: its filters, and the default that hides products (facts §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from sandbox.bling.bodies import reference
from sandbox.bling.products import Catalogue, Product
from sandbox.bling.queries import Query

LAST_ADDED, ACTIVE, INACTIVE, DELETED, ALL = range(1, 6)
_SITUATION = {ACTIVE: "A", INACTIVE: "I", DELETED: "E"}
_LAST_ADDED_AT_MOST = 100

Test = Callable[[Product], bool]

_KINDS: dict[str, Test] = {
    "T": lambda product: True,
    "P": lambda product: product.body["tipo"] == "P",
    "S": lambda product: product.body["tipo"] != "P",
    "E": lambda product: product.body["formato"] == "E",
    "PS": lambda product: product.body["formato"] == "S" and not product.parent,
    "C": lambda product: product.body["formato"] == "V",
    "V": lambda product: bool(product.parent),
}


def listed(catalogue: Catalogue, query: Query, now: float) -> Iterator[Product]:
    """The products that a list call asks for, newest first."""
    tests = _tests(query, now)
    return (product for product in _criterion(catalogue, query) if all(test(product) for test in tests))


def _criterion(catalogue: Catalogue, query: Query) -> Iterator[Product]:
    """The default, "last added", hides products: an account of two was seen to show one."""
    criterion = query.choice("criterio", range(1, 6), LAST_ADDED)
    if criterion == ALL:
        return catalogue.newest_first()
    if criterion == LAST_ADDED:
        active = (product for product in catalogue.newest_first() if product.body["situacao"] == "A")
        return islice(active, min(_LAST_ADDED_AT_MOST, (len(catalogue) + 1) // 2))
    wanted = _SITUATION[criterion]
    return (product for product in catalogue.newest_first() if product.body["situacao"] == wanted)


def _tests(query: Query, now: float) -> list[Test]:
    tests: list[Test] = []
    kind = query.letters("tipo", _KINDS, "T")
    if kind != "T":
        tests.append(_KINDS[kind])
    tests += _identity_tests(query)
    for prefix, moment in (("dataInclusao", "created"), ("dataAlteracao", "changed")):
        stretch = query.span(prefix, now)
        if stretch is not None:
            tests.append(_within(moment, *stretch))
    return tests


def _identity_tests(query: Query) -> list[Test]:
    tests: list[Test] = []
    ids = query.integers("idsProdutos")
    codes, gtins = query.texts("codigos"), query.texts("gtins")
    name, category = query.text("nome"), query.integer("idCategoria")
    if ids is not None:
        tests.append(lambda product: product.id in ids)
    if codes is not None:
        tests.append(lambda product: product.body["codigo"] in codes)
    if gtins is not None:
        tests.append(lambda product: product.body["gtin"] in gtins)
    if name is not None:
        tests.append(lambda product: name.casefold() in str(product.body["nome"]).casefold())
    if category is not None:
        tests.append(lambda product: reference(product.body["categoria"]) == category)
    tests += _stock_tests(query)
    return tests


def _stock_tests(query: Query) -> list[Test]:
    # The document gives this filter a default of 1, yet whether it has any effect here is unknown;
    # it is obeyed only when it is sent.
    if query.text("filtroSaldoEstoque") is None:
        return []
    wanted = query.choice("filtroSaldoEstoque", range(3), 1)
    return [lambda product: sign(product.body["estoque"]["saldoVirtualTotal"]) == wanted]


def sign(balance: float) -> int:
    """The number that `filtroSaldoEstoque` has for a balance: 0 zero, 1 positive, 2 negative."""
    if balance == 0:
        return 0
    return 1 if balance > 0 else 2


def _within(moment: str, first: float, last: float) -> Test:
    return lambda product: first <= getattr(product, moment) <= last
