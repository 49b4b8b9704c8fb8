"""Addresses of Bling's own site: links to a record lead to the page that shows it here."""

from __future__ import annotations

from litestar import get
from litestar.response import Redirect


@get(["/vendas.php", "/produtos.php", "/notas.fiscais.php", "/contatos.php"], sync_to_thread=False)
def open_bling() -> Redirect:
    """Bling names the record behind `#`, which no server sees."""
    return Redirect("/", status_code=303)
