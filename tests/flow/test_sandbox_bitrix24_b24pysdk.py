"""Bitrix24's own Python client, unchanged, works on the sandbox.

It hard-codes `https://{domain}/rest`; a transport below it sends that to the sandbox instead.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests
from b24pysdk import BitrixApp, BitrixToken, Client
from b24pysdk.errors import BitrixAPIError

from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

DOMAIN = "aurora.bitrix24.com.br"


@pytest.fixture
def portal(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Portal:
    portal = Portal(sandbox)
    send = requests.adapters.HTTPAdapter.send

    def rewritten(
        self: Any, request: requests.PreparedRequest, *rest: Any, **options: Any
    ) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace(f"https://{DOMAIN}/rest/", portal.rest_url)
        options["proxies"] = {}
        return send(self, request, *rest, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", rewritten)
    return portal


@pytest.fixture
def client(portal: Portal) -> Any:
    app = BitrixApp(client_id="outsider", client_secret="none")
    return Client(BitrixToken(domain=DOMAIN, auth_token=portal.token, bitrix_app=app))


def test_adds_updates_and_reads_products(portal: Portal, client: Any) -> None:
    products, _ = portal.iblocks()
    made = client.catalog.product.add(
        {"iblockId": products, "name": "Café & Cia 100%", "xmlId": "S-1"}
    ).result
    assert made["element"]["xmlId"] == "S-1"
    product_id = made["element"]["id"]
    updated = client.catalog.product.update(product_id, {"name": "Café + leite", "active": "N"}).result
    assert updated["element"]["xmlId"] == "S-1"
    shown = client.catalog.product.get(product_id).result["product"]
    assert (shown["name"], shown["active"]) == ("Café + leite", "N")


def test_lists_pages_and_batches(portal: Portal, client: Any) -> None:
    products, _ = portal.iblocks()
    calls = {
        f"p{n}": client.catalog.product.add({"iblockId": products, "name": f"Copo & {n}", "xmlId": f"S#{n}"})
        for n in range(50)
    }
    answers = client.call_batch(calls).result
    assert {key: row["element"]["xmlId"] for key, row in answers.result.items()} == {
        f"p{n}": f"S#{n}" for n in range(50)
    }
    portal.product(name="mais um")
    listing = client.catalog.product.list(select=["id", "iblockId", "name"], filter={"iblockId": products})
    assert len(listing.result["products"]) == 50
    assert (listing.response.total, listing.response.next) == (51, 50)


def test_batches_of_a_sequence_come_back_in_order(portal: Portal, client: Any) -> None:
    answers = client.call_batch([client.profile(), client.server.time()]).result
    assert isinstance(answers.result, list)
    assert [type(answer) for answer in answers.result] == [dict, str]


def test_errors_are_understood(client: Any) -> None:
    with pytest.raises(BitrixAPIError) as caught:
        client.catalog.product.get(999_999).result  # noqa: B018
    assert caught.value.error_description == "product does not exist."
