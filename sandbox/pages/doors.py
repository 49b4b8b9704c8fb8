"""Addresses that the vendors' own sites have: links to a record lead to the page that shows it here."""

from __future__ import annotations

from litestar import get
from litestar.response import Redirect


@get(["/vendas.php", "/produtos.php", "/notas.fiscais.php", "/contatos.php"], sync_to_thread=False)
def open_bling() -> Redirect:
    """Bling names the record behind `#`, which no server sees."""
    return Redirect("/", status_code=303)


@get("/bitrix24/{member_id:str}/crm/deal/details/{deal_id:int}", sync_to_thread=False)
def open_deal(member_id: str, deal_id: int) -> Redirect:
    """A deal's card."""
    return Redirect(f"/pages/bitrix24/{member_id}/deals/{deal_id}", status_code=303)
