"""What syncs: the toggles, off until ticked, and the choice for deleted orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from connector.account.people import Actor
from connector.store import audit
from connector.store import toggles as rows


class Toggle(StrEnum):
    """One per kind and action."""

    PRODUCT_CREATE = "product.create"
    PRODUCT_UPDATE = "product.update"
    PRODUCT_DELETE = "product.delete"
    PRODUCT_EXPORT_CREATE = "product.export_create"
    PRODUCT_EXPORT_UPDATE = "product.export_update"
    ORDER_CREATE = "order.create"
    ORDER_UPDATE = "order.update"
    SALE_CREATE = "sale.create"
    DEAL_WON = "deal.won"
    STOCK_UPDATE = "stock.update"


#: The words that people tick.
LABELS = {
    Toggle.PRODUCT_CREATE: "Criação no Bling ERP cria produto no Bitrix24",
    Toggle.PRODUCT_UPDATE: "Alterações no Bling ERP atualizam o Bitrix24",
    Toggle.PRODUCT_DELETE: "Exclusão no Bling ERP desativa o produto no Bitrix24",
    Toggle.PRODUCT_EXPORT_CREATE: "Produto criado no Bitrix24 cria produto no Bling ERP",
    Toggle.PRODUCT_EXPORT_UPDATE: "Alterações no Bitrix24 atualizam o Bling ERP",
    Toggle.ORDER_CREATE: "Pedido criado no Bling ERP cria negócio no Bitrix24",
    Toggle.ORDER_UPDATE: "Pedido alterado no Bling ERP atualiza o negócio",
    Toggle.SALE_CREATE: "Venda criada no Bling ERP cria negócio no Bitrix24",
    Toggle.DEAL_WON: "Negócio ganho no Bitrix24 cria pedido no Bling ERP",
    Toggle.STOCK_UPDATE: "Estoque do Bling ERP atualiza a quantidade no Bitrix24",
}


class OnDeleted(StrEnum):
    """What becomes of a deal whose order was deleted in Bling."""

    NOTHING = "nothing"
    LOST = "lost"
    COMMENT = "comment"


ON_DELETED = "order.on_deleted"


class BadToggle(ValueError):
    """Some names are unknown, or some values are no booleans; `bad` = name → what is wrong."""

    def __init__(self, bad: dict[str, str]) -> None:
        super().__init__(", ".join(bad))
        self.bad = bad


def checked(changes: Mapping[str, Any]) -> dict[Toggle, bool]:
    """The changes, if all of them can be made; raises `BadToggle`."""
    known = set(Toggle)
    bad = {name: "unknown" for name in changes if name not in known}
    bad |= {name: "boolean" for name, value in changes.items() if name in known and type(value) is not bool}
    if bad:
        raise BadToggle(bad)
    return {Toggle(name): value for name, value in changes.items()}


async def load(tenant_id: UUID) -> dict[Toggle, bool]:
    """All toggles (inside the tenant's scope)."""
    found = await rows.load(tenant_id)
    return {toggle: found.get(toggle, False) for toggle in Toggle}


async def change(tenant_id: UUID, changes: Mapping[Toggle, bool], by: Actor, at: datetime) -> None:
    """Set some toggles (inside the tenant's scope); those that change stand in the audit log."""
    now = await load(tenant_id)
    changed = {toggle.value: on for toggle, on in changes.items() if now[toggle] != on}
    if not changed:
        return
    await rows.save(tenant_id, changed, at, by.person_id)
    await audit.add(
        tenant_id, at=at, person_id=by.person_id, actor=by.name, action="toggle.changed", detail=changed
    )


async def on_deleted(tenant_id: UUID) -> OnDeleted:
    """The choice for deleted orders (inside the tenant's scope)."""
    return OnDeleted((await rows.preferences(tenant_id)).get(ON_DELETED, OnDeleted.NOTHING))


async def choose_on_deleted(tenant_id: UUID, choice: OnDeleted, by: Actor, at: datetime) -> None:
    """Make that choice (inside the tenant's scope)."""
    if choice is await on_deleted(tenant_id):
        return
    await rows.prefer(tenant_id, ON_DELETED, choice.value)
    detail = {ON_DELETED: choice.value}
    await audit.add(
        tenant_id, at=at, person_id=by.person_id, actor=by.name, action="preference.changed", detail=detail
    )
