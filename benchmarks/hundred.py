"""A hundred updates of one product that wait together.

They share ten of Bling's seconds, ten to each, so that only a read can tell which is the last: the hard case.
The sandbox's Bling holds the product at yet another price, which is the one that has to arrive.
"""

from __future__ import annotations

from benchmarks import messages
from benchmarks.ground import Ground
from benchmarks.messages import Notice
from benchmarks.portal import Portal, portal
from benchmarks.results import Rows, row

UPDATES, SECONDS = 100, 10
LAST_CENTS = 7_777
WRITES = (".add", ".update", ".delete")


async def hundred(ground: Ground) -> Rows:
    """Writes in Bitrix24, and reads in Bling, for all of them together."""
    async with portal(ground) as on:
        number = _product_in_bling(on) - messages.FIRST_ID
        date = messages.now()
        await on.burst([Notice(number=number, event="created", price=1_000, date=date)])
        await on.burst(
            Notice(number=number, price=2_000 + one, date=messages.after(date, 1 + one % SECONDS))
            for one in range(UPDATES)
        )
        writes = [one for one in on.commands() if one.partition("?")[0].endswith(WRITES)]
        gets = len(on.calls("bling"))
        prices = [float(one["price"]) for one in on.dump("bitrix24")["prices"]]
    if prices != [LAST_CENTS / 100]:
        raise AssertionError(f"not the last price: {prices}")
    yield row("writes_of_100_updates_of_one", len(writes), "=", 1, updates=UPDATES)
    yield row("bling_gets_of_100_updates_of_one", gets, "<=", 1, updates=UPDATES)


def _product_in_bling(on: Portal) -> int:
    """Make the product, named as the messages name it, at its last price; its id."""
    products = f"{on.sandbox.ready['bling']['api_url']}/produtos"
    headers = {"authorization": f"Bearer {on.on.tenant.bling_token}"}
    fields = {"nome": "Copo", "tipo": "P", "situacao": "A", "formato": "S", "preco": LAST_CENTS / 100}
    made = on.sandbox.client.post(products, json=fields, headers=headers).raise_for_status().json()
    product_id = int(made["data"]["id"])
    notice = Notice(number=product_id - messages.FIRST_ID, price=LAST_CENTS, date=messages.now())
    named = {**fields, "nome": messages.name(notice), "codigo": messages.sku(notice)}
    on.sandbox.client.put(f"{products}/{product_id}", json=named, headers=headers).raise_for_status()
    return product_id
