"""How titles come out, tried on an order."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from connector.domain.transforms import filled
from connector.domain.values import InvalidValue
from dashboard.reader import _
from dashboard.telling.order_form import LONGEST_EXAMPLE
from dashboard.views.order import Example

#: For who has no order yet.
INVENTED: dict[str, object] = {
    "numero": 1001,
    "numeroLoja": "LOJA-1001",
    "data": "2026-11-23",
    "total": "148.50",
    "contato": {"nome": "Padaria Trigo Dourado"},
}
#: What is carried in the page: the rest of an order is long, and no title needs it.
_KEPT = ("numero", "numeroLoja", "data", "dataPrevista", "total", "numeroPedidoCompra")
#: What a sale calls the same.
_OF_SALES = {"dataEmissao": "data", "valorNota": "total"}


def example(title: str, sale_title: str, order: Mapping[str, object] | None, *, ask: bool = False) -> Example:
    """Titles of the tenant's own order, or of one that is said to be invented; `ask` for the own one."""
    shown = _short(order) if order is not None else INVENTED
    sale = {**shown, **{name: shown.get(its, "") for name, its in _OF_SALES.items()}}
    own = order is not None
    return Example(
        title=_filled(title, shown),
        sale_title=_filled(sale_title, sale),
        caption=_("Assim fica o último pedido:") if own else _("Assim fica um pedido inventado:"),
        order=msgspec.json.encode(shown).decode() if own else "",
        ask=ask and not own,
    )


def carried(text: str) -> dict[str, object] | None:
    """The order that the page brought back; None for none."""
    if not text or len(text) > LONGEST_EXAMPLE:
        return None
    try:
        found = msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.DecodeError, RecursionError):
        return None
    return found or None


def _short(order: Mapping[str, object]) -> dict[str, object]:
    contact = order.get("contato")
    name = contact.get("nome") if isinstance(contact, Mapping) else None
    kept = {name: str(order[name])[:200] for name in _KEPT if order.get(name) not in (None, "")}
    return {**kept, "contato": {"nome": str(name or "")[:200]}}


def _filled(pattern: str, order: Mapping[str, object]) -> str:
    try:
        return filled(pattern, order)
    except InvalidValue:
        return ""
