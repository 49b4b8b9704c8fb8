"""What Ponte reads in one Bling account; records come as Bling writes them, numbers with a fraction exact.

Lists are asked so that Bling's defaults hide nothing (facts of Bling, endpoints). Their pages have no total:
a full one is the only sign of another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.bling.transport import Answer, Lasts, Transport
from connector.domain.vendor import Transient

#: Rows of a page, and ids or numbers of one list call.
PAGE = 100

Record = dict[str, Any]
Filter = dict[str, str | int | Sequence[str | int]]

#: Name of the module of situations that orders have, and of the module of custom fields that products have.
_SALES, _PRODUCTS = "Vendas", "Produtos"


class Bling(Transport):
    """One account. Raises only the errors of `connector.domain.vendor`."""

    async def product(self, product_id: int) -> Record:
        """One product with all its fields; a parent has `variacoes`, a child `variacao`. Raises `Gone`."""
        return _record(await self.get(f"/produtos/{product_id}"))

    async def variations(self, parent_id: int) -> Record:
        """A parent with its children in `variacoes`."""
        return _record(await self.get(f"/produtos/variacoes/{parent_id}"))

    async def create_product(self, fields: Mapping[str, Any], lasts: Lasts) -> int:
        """Make a product; its id. `fields` need `nome`, `tipo`, `situacao` and `formato`."""
        return int(_record(await self.write("POST", "/produtos", fields, lasts=lasts))["id"])

    async def change_product(self, product_id: int, fields: Mapping[str, Any], lasts: Lasts) -> None:
        """Write these fields of a product and no others (a PUT would reset the others). Raises `Gone`."""
        await self.write("PATCH", f"/produtos/{product_id}", fields, lasts=lasts)

    async def products(
        self,
        *,
        ids: Sequence[int] = (),
        codes: Sequence[str] = (),
        name: str = "",
        page: int = 1,
        changed_since: str = "",
        changed_until: str = "",
        added_since: str = "",
        category: int = 0,
    ) -> list[Record]:
        """A page of the products' list, of all kinds and situations (Bling's defaults hide some).

        `changed_since` and its like as `YYYY-MM-DD HH:MM:SS` in the account's time, a year apart at most
        (`Rejected`); `name` is a part of it.
        """
        wanted: Filter = {
            "idsProdutos[]": ids,
            "codigos[]": codes,
            "nome": name,
            "dataAlteracaoInicial": changed_since,
            "dataAlteracaoFinal": changed_until,
            "dataInclusaoInicial": added_since,
            "idCategoria": category,
        }
        everything: Filter = {"criterio": 5, "tipo": "T"}
        return _rows(await self.get("/produtos", _page(page) | everything | _given(wanted)))

    async def order(self, order_id: int) -> Record:
        """One order with its items, parcels, freight and discount. Raises `Gone`."""
        return _record(await self.get(f"/pedidos/vendas/{order_id}"))

    async def orders(
        self,
        *,
        contact: int = 0,
        store_numbers: Sequence[str] = (),
        store: int = 0,
        situations: Sequence[int] = (),
        seller: int = 0,
        since: str = "",
        until: str = "",
        changed_since: str = "",
        changed_until: str = "",
        page: int = 1,
    ) -> list[Record]:
        """A page of the orders' list, without items; 0 and "" do not narrow.

        `since` and `until` are days of the orders' own date, `changed_since` as in `products`: no stretch may
        be longer than a year, up to now if it is open (`Rejected`). `store_numbers` are the channels' own
        numbers (`numeroLoja`).
        """
        wanted: Filter = {
            "idContato": contact,
            "numerosLojas[]": store_numbers,
            "idLoja": store,
            "idsSituacoes[]": situations,
            "idVendedor": seller,
            "dataInicial": since,
            "dataFinal": until,
            "dataAlteracaoInicial": changed_since,
            "dataAlteracaoFinal": changed_until,
        }
        return _rows(await self.get("/pedidos/vendas", _page(page) | _given(wanted)))

    async def contact(self, contact_id: int) -> Record:
        """One contact with its addresses; `numeroDocumento` in digits. Raises `Gone`."""
        return _record(await self.get(f"/contatos/{contact_id}"))

    async def contacts(
        self,
        *,
        ids: Sequence[int] = (),
        document: str = "",
        changed_since: str = "",
        changed_until: str = "",
        page: int = 1,
    ) -> list[Record]:
        """A page of the contacts' list, which masks documents; `document` in digits."""
        wanted: Filter = {
            "idsContatos[]": ids,
            "numeroDocumento": document,
            "dataAlteracaoInicial": changed_since,
            "dataAlteracaoFinal": changed_until,
        }
        return _rows(await self.get("/contatos", _page(page) | {"criterio": 1} | _given(wanted)))

    async def invoice(self, invoice_id: int, *, consumer: bool) -> Record:
        """One NF-e, or NFC-e for a `consumer`, with its value and `finalidade`. Raises `Gone`."""
        return _record(await self.get(f"/{'nfce' if consumer else 'nfe'}/{invoice_id}"))

    async def invoices(self, *, consumer: bool, page: int = 1) -> list[Record]:
        """A page of outgoing NF-e, or NFC-e for a `consumer`: neither values nor orders, none cancelled."""
        kind: Filter = {} if consumer else {"tipo": 1}
        return _rows(await self.get(f"/{'nfce' if consumer else 'nfe'}", _page(page) | kind))

    async def situations(self) -> list[Record]:
        """The situations that orders of this account may have; `idHerdado` names the one it extends."""
        modules = _rows(await self.get("/situacoes/modulos"))
        sales = next((module["id"] for module in modules if module.get("nome") == _SALES), None)
        return [] if sales is None else _rows(await self.get(f"/situacoes/modulos/{sales}"))

    async def sellers(self) -> list[Record]:
        """All sellers, also those who left; the name is in `contato`."""
        return await self._all("/vendedores", {"situacaoContato": "T"})

    async def channels(self) -> list[Record]:
        """All sales channels; an order's `loja.id` is one of them."""
        return await self._all("/canais-venda", {})

    async def categories(self) -> list[Record]:
        """All product categories; `categoriaPai.id` names the one above, 0 for none."""
        return await self._all("/categorias/produtos", {})

    async def product_custom_fields(self) -> list[Record]:
        """The custom fields of products: id, name, and whether they are in use (`situacao` 1)."""
        modules = _rows(await self.get("/campos-customizados/modulos"))
        own = next((one["id"] for one in modules if one.get("modulo") == _PRODUCTS), None)
        return [] if own is None else await self._all(f"/campos-customizados/modulos/{own}", {})

    async def company(self) -> Record:
        """Who the account is: `id` is the webhooks' `companyId`, `nome` its name."""
        return _record(await self.get("/empresas/me/dados-basicos"))

    async def _all(self, path: str, wanted: Filter) -> list[Record]:
        found: list[Record] = []
        while True:
            rows = _rows_or_one(await self.get(path, _page(len(found) // PAGE + 1) | wanted))
            found += rows
            if len(rows) < PAGE:
                return found


def _page(number: int) -> Filter:
    return {"pagina": number, "limite": PAGE}


def _given(wanted: Filter) -> Filter:
    return {name: value for name, value in wanted.items() if value}


def _record(answer: Answer) -> Record:
    data = _data(answer)
    if not isinstance(data, dict):
        raise Transient("the answer has no record", code="unreadable")
    return data


def _rows_or_one(answer: Answer) -> list[Record]:
    """The rows of a list that Bling's document describes as one record (`/vendedores`)."""
    return [_record(answer)] if isinstance(_data(answer), dict) else _rows(answer)


def _rows(answer: Answer) -> list[Record]:
    data = _data(answer)
    if not isinstance(data, list):
        raise Transient("the answer has no list", code="unreadable")
    return data


def _data(answer: Answer) -> Any:
    return answer.body.get("data") if isinstance(answer.body, dict) else None
