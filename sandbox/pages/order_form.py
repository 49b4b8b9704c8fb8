"""The order editor's fields as `POST` and `PUT /pedidos/vendas` take them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.bling.bodies import fresh, merged, number
from sandbox.bling.company import Company
from sandbox.bling.money import CENT, as_json, decimal, order_total
from sandbox.bling.order_forms import EMPTY, NOT_WRITABLE
from sandbox.bling.parcels import parcels
from sandbox.bling.times import day_of
from sandbox.pages.forms import Form
from sandbox.pages.rendering import typed_number

ROWS = 5
"""Rows of the editor; those without product and description are left out."""

_ITEM = ("produto", "descricao", "quantidade", "valor", "desconto")


def sent_order(company: Company, form: Form, before: dict[str, Any] | None) -> dict[str, Any]:
    """The whole document. What the editor does not show is taken over from the order as it is now."""
    day = form.text("data") or day_of(company.clock.real())
    order: dict[str, Any] = fresh(EMPTY) if before is None else dict(before)
    order = {key: value for key, value in order.items() if key not in NOT_WRITABLE}
    order |= {
        "contato": {"id": int(form.text("contato") or 0)},
        "data": day,
        "dataSaida": day,
        "dataPrevista": day,
        "itens": [_item(company, row) for row in form.rows(*_ITEM) if row["produto"] or row["descricao"]],
        "desconto": {"valor": _amount(form, "desconto_pedido"), "unidade": form.text("unidade") or "REAL"},
        "transporte": order["transporte"] | {"frete": _amount(form, "frete")},
        "outrasDespesas": _amount(form, "outras"),
        "loja": {"id": int(form.text("loja") or 0), "unidadeNegocio": {"id": 0}},
        "numeroLoja": form.text("numero_loja"),
        "vendedor": {"id": int(form.text("vendedor") or 0)},
        "observacoes": form.text("observacoes"),
    }
    count = max(1, min(12, int(number(form.number("parcelas")) or 1)))
    payment = company.references.payments[0]["id"]
    return order | {"parcelas": parcels(order_total(order), count, payment, company.clock.real())}


def _amount(form: Form, name: str) -> float | int:
    return as_json(decimal(form.number(name)))


def _item(company: Company, row: dict[str, str]) -> dict[str, Any]:
    """A row; an empty value is the product's price less the discount, for `valor` is net."""
    product = company.catalogue.find(int(row["produto"] or 0))
    discount = decimal(typed_number(row["desconto"]))
    value = decimal(typed_number(row["valor"]))
    item: dict[str, Any] = {"descricao": row["descricao"]}
    if product is not None:
        body = product.body
        item = {
            "descricao": row["descricao"] or body["nome"],
            "unidade": body["unidade"],
            "codigo": body["codigo"],
        }
        item["produto"] = {"id": product.id}
        if not row["valor"]:
            value = (decimal(body["preco"]) * (100 - discount) / 100).quantize(CENT)
    quantity = decimal(typed_number(row["quantidade"])) if row["quantidade"] else Decimal(1)
    return item | {"quantidade": as_json(quantity), "valor": as_json(value), "desconto": as_json(discount)}


def shown_rows(order: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The editor's rows: the order's, and empty ones to fill in."""
    rows = [
        {
            "produto": item["produto"]["id"],
            "descricao": item["descricao"],
            "quantidade": item["quantidade"],
            "valor": item["valor"],
            "desconto": item["desconto"] or "",
        }
        for item in (order["itens"] if order else [])
    ]
    blank = {"produto": 0, "descricao": "", "quantidade": "", "valor": "", "desconto": ""}
    return rows + [blank] * max(2, ROWS - len(rows))


def shown(order: dict[str, Any] | None) -> dict[str, Any]:
    """The order's own fields; those of an empty one for a new order."""
    return merged(fresh(EMPTY), order or {})  # type: ignore[no-any-return]
