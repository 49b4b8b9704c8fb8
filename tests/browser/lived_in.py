"""A demo in which people have worked for a while: products, prices, an order, one thing that failed.

Everything goes the way that it goes in life: through Bling's API, and on to Bitrix24 by Ponte alone. The
pictures of the README and the walk through all screens look at it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.browser.portal import Portal

#: Seconds until Ponte has done with everything.
PATIENCE_S = 60.0
#: Exports that are begun until one can be paused.
TRIES = 10
#: A situation of the demo company's own, which no stage belongs to.
DISPATCHED = 83955
STAGES = {"6": "NEW", "9": "WON", "12": "LOSE"}
PRODUCTS = (
    ("Garrafa térmica inox 500 ml", "GT-500", 84.9),
    ("Cafeteira italiana 6 xícaras", "CI-06", 139.9),
    ("Pote hermético de vidro 1,2 L", "PH-12", 49.9),
    ("Tábua de corte em teca", "TC-TK", 119.0),
    ("Jogo de taças 6 peças", "TA-06", 159.9),
    ("Assadeira antiaderente 35 cm", "AS-35", 74.5),
    ("Descanso de panela em cortiça", "DP-CO", 24.9),
    ("Moringa de barro 2 L", "MB-02", 89.0),
)
#: New prices, by SKU.
REPRICED = {"GT-500": 89.9, "PH-12": 54.9, "TA-06": 149.9}
FAILED = ("Luminária de mesa articulada", "LM-01", 219.0)
ON = (
    *("product.create", "product.update", "product.delete"),
    *("order.create", "order.update", "sale.create"),
)


class House:
    """The company that lives here, seen from outside Ponte."""

    def __init__(self, line: dict[str, Any]) -> None:
        self.line, self.tenant = line, line["tenants"][0]
        self._bling = _client(line["bling"]["api_url"], self.tenant["bling_access_token"])
        self._portal = Portal(line, self.tenant)
        self._api = _client(f"{line['app_url']}/api/v1", self.tenant["api_key"])

    def close(self) -> None:
        """Hang up."""
        self._bling.close()
        self._api.close()

    def live(self) -> dict[str, str]:
        """Everything that happens here; ids for the addresses of screens."""
        self._patiently(self._api, "PUT", "/toggles", json=dict.fromkeys(ON, True))
        self._choose_stages()
        made = {sku: self._product(name, sku, price) for name, sku, price in PRODUCTS}
        for sku, product in made.items():
            self._event("product", product, "created")
            if sku in REPRICED:
                self._asked("PATCH", f"/produtos/{product}", json={"preco": REPRICED[sku]})
        sold, dispatched = self._order(), self._order()
        self._event("order", dispatched, "created")
        self._asked("PATCH", f"/pedidos/vendas/{dispatched}/situacoes/{DISPATCHED}")
        return {
            "tenant": self.tenant["id"],
            "product": str(made["GT-500"]),
            "sold": str(sold),
            "updated": self._event("product", made["GT-500"], "updated"),
            "order": self._event("order", sold, "created"),
            "held": self._event("order", dispatched, "held"),
            "failed": self._refused(),
            "export": self._paused_export(),
        }

    def _paused_export(self) -> str:
        """An export of products that somebody deleted, paused before it was through."""
        for _ in range(TRIES):
            begun = self._patiently(self._api, "POST", "/exports", json={"bitrix_ids": ["999999999"]})["id"]
            if self._api.post(f"/exports/{begun}/pause").status_code == httpx.codes.OK:
                return str(begun)
        raise TimeoutError("every export was over before it could be paused")

    def _choose_stages(self) -> None:
        """As somebody saved the table: a situation of the company's own is left out."""
        rules = self._patiently(self._api, "GET", "/mappings/order")["rules"]
        for rule in rules:
            if rule["bitrix24"] == "stageId":
                rule["transform"]["table"] = STAGES
        self._patiently(self._api, "PUT", "/mappings/order", json={"rules": rules})

    def _product(self, name: str, sku: str, price: float) -> int:
        body = {"nome": name, "codigo": sku, "preco": price, "tipo": "P", "formato": "S", "situacao": "A"}
        return int(self._asked("POST", "/produtos", json=body)["data"]["id"])

    def _refused(self) -> str:
        """A product that Bitrix24 refuses: somebody made a property compulsory there for a while."""
        with self._portal.compulsory("Cor"):
            return self._event("product", self._product(*FAILED), "failed")

    def _order(self) -> int:
        """An order of today over R$ 148,50."""
        today = datetime.now(ZoneInfo("America/Sao_Paulo")).date().isoformat()
        contact = self._asked("GET", "/contatos")["data"][0]["id"]
        payment = self._asked("GET", "/formas-pagamentos")["data"][0]["id"]
        body = {
            "contato": {"id": contact},
            "data": today,
            "dataSaida": today,
            "dataPrevista": today,
            "itens": [
                {
                    "descricao": "Assadeira antiaderente 35 cm",
                    "quantidade": 2,
                    "valor": 49.9,
                    "unidade": "UN",
                },
                {"descricao": "Vale-presente", "quantidade": 1, "valor": 33.7, "unidade": "UN"},
            ],
            "transporte": {"frete": 15},
            "parcelas": [{"dataVencimento": today, "valor": 148.5, "formaPagamento": {"id": payment}}],
        }
        return int(self._asked("POST", "/pedidos/vendas", json=body)["data"]["id"])

    def _event(self, kind: str, record: int, outcome: str) -> str:
        """The record's newest event, once it has this outcome."""
        deadline, asked = time.monotonic() + PATIENCE_S, {"kind": kind, "record": record}
        while time.monotonic() < deadline:
            items = self._patiently(self._api, "GET", "/events", params=asked)["items"]
            if found := [one["id"] for one in items if one["outcome"] == outcome]:
                return str(found[0])
            time.sleep(0.2)
        raise TimeoutError(f"no event of {kind} {record} ended as {outcome}: {items}")

    def _asked(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        return self._patiently(self._bling, method, path, **more)

    def _patiently(self, client: httpx.Client, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Bling grants three requests a second, to everybody together."""
        while (answer := client.request(method, path, **more)).status_code == httpx.codes.TOO_MANY_REQUESTS:
            time.sleep(0.4)
        answer.raise_for_status()
        return dict(answer.json()) if answer.content else {}


def _client(base: str, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=base, headers=headers, trust_env=False, timeout=30)


@contextmanager
def lived_in(line: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Let people work in this demo; the ids of what they made."""
    house = House(line)
    try:
        yield house.live()
    finally:
        house.close()
