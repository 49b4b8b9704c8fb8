"""The scenes of the story, in order. Each does one thing in Bling or Ponte and looks at what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable

from ponte.story.stage import Broken, Record, Stage, expect, wait_for

NAME, SKU = "Café torrado 500 g", "HISTORIA-1"
FIRST_PRICE, SECOND_PRICE, THIRD_PRICE, RESALE_PRICE = 32.9, 35.5, 39.9, 21.0
LINK_PROPERTY = "Bling ID"


class Story:
    """The product that travels, and what is known of it so far."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.bling_id = 0
        self.bitrix_id = 0
        self.iblock_id = 0
        self.base_type = 0
        self.resale_type = 0

    def scenes(self) -> list[tuple[str, Callable[[], None]]]:
        """Title and deed of each."""
        return [
            ("both sides are connected", self.both_sides_are_connected),
            ("the toggles of products are ticked", self.toggles_are_ticked),
            ("a product made in Bling appears in Bitrix24", self.a_product_appears),
            ("with its fields, its price and its link", self.it_has_its_fields),
            ("somebody gives it a resale price in Bitrix24", self.a_resale_price_is_added),
            ("a new price in Bling arrives", self.a_new_price_arrives),
            ("the resale price is untouched", self.the_resale_price_stays),
            ("the same price again writes nothing", self.the_same_price_writes_nothing),
            ("with updates ticked off a change is skipped", self.a_toggle_off_skips),
            ("ticked on again, the skipped event is replayed", self.a_replay_carries_it_out),
            ("deleted in Bling, it is deactivated in Bitrix24", self.a_deleted_one_is_deactivated),
            ("every event tells its outcome", self.events_tell_their_outcomes),
        ]

    def both_sides_are_connected(self) -> None:
        connections = self.stage.ponte("GET", "/status")["connections"]
        expect("Bling", [account["state"] for account in connections["bling"]], ["connected"])
        expect("Bitrix24", connections["bitrix24"]["state"], "connected")
        types = self.stage.bitrix24("catalog.priceType.list")["priceTypes"]
        self.base_type = next(row["id"] for row in types if row["base"] == "Y")
        self.resale_type = next(row["id"] for row in types if row["base"] != "Y")
        catalogs = self.stage.bitrix24("catalog.catalog.list")["catalogs"]
        self.iblock_id = next(row["iblockId"] for row in catalogs if not row["productIblockId"])

    def toggles_are_ticked(self) -> None:
        self._tick(create=True, update=True, delete=True)

    def a_product_appears(self) -> None:
        product = {
            "nome": NAME,
            "codigo": SKU,
            "preco": FIRST_PRICE,
            "tipo": "P",
            "situacao": "A",
            "formato": "S",
        }
        self.bling_id = self.stage.bling("POST", "/produtos", product)["data"]["id"]
        self.bitrix_id = wait_for("the product in Bitrix24", self._find)["id"]

    def it_has_its_fields(self) -> None:
        wait_for("its price", self._price_is(FIRST_PRICE))
        product = self._product()
        expect("name", product["name"], NAME)
        expect("xmlId", product["xmlId"], SKU)
        expect("active", product["active"], "Y")
        expect("the link property", _value(product[self._link_field()]), str(self.bling_id))
        link = wait_for("the link in step", self._link_in_step)
        expect("the link's other end", link["bitrix_id"], str(self.bitrix_id))

    def a_resale_price_is_added(self) -> None:
        fields = {"productId": self.bitrix_id, "catalogGroupId": self.resale_type, "currency": "BRL"}
        self.stage.bitrix24("catalog.price.add", fields={**fields, "price": RESALE_PRICE})
        expect("the resale price", self._price(self.resale_type), RESALE_PRICE)

    def a_new_price_arrives(self) -> None:
        self._set_price(SECOND_PRICE)
        wait_for("the new price in Bitrix24", self._price_is(SECOND_PRICE))

    def the_resale_price_stays(self) -> None:
        expect("the resale price", self._price(self.resale_type), RESALE_PRICE)

    def the_same_price_writes_nothing(self) -> None:
        since = time.time()
        self._expect_outcome("unchanged", self._set_price(SECOND_PRICE))
        expect("writes in Bitrix24", self.stage.writes(since), [])

    def a_toggle_off_skips(self) -> None:
        self._tick(update=False)
        event = self._expect_outcome("skipped", self._set_price(THIRD_PRICE))
        expect("the reason", event["reason"], "toggle_off")
        expect("the price in Bitrix24", self._price(self.base_type), SECOND_PRICE)

    def a_replay_carries_it_out(self) -> None:
        self._tick(update=True)
        skipped = self._events()[0]["id"]
        self.stage.ponte("POST", f"/events/{skipped}/replay", {"dry_run": False})
        wait_for("the replayed price in Bitrix24", self._price_is(THIRD_PRICE))

    def a_deleted_one_is_deactivated(self) -> None:
        self.stage.bling("DELETE", f"/produtos/{self.bling_id}")
        wait_for("the product inactive in Bitrix24", lambda: self._product()["active"] == "N" or None)

    def events_tell_their_outcomes(self) -> None:
        def all_settled() -> list[Record] | None:
            events = self._events()
            return events if all(event["settled_at"] for event in events) else None

        events = wait_for("all events settled", all_settled)
        outcomes = [event["outcome"] for event in reversed(events)]
        expect("the outcomes", outcomes, ["created", "updated", "unchanged", "skipped", "updated", "updated"])
        changes = self.stage.ponte("GET", f"/events/{events[-2]['id']}")["changes"]
        fields = {change["field"]: (float(change["before"]), float(change["after"])) for change in changes}
        expect("what the second event changed", fields, {"price": (FIRST_PRICE, SECOND_PRICE)})

    def _tick(self, **toggles: bool) -> None:
        wanted = {f"product.{name}": on for name, on in toggles.items()}
        answered = self.stage.ponte("PUT", "/toggles", wanted)
        expect("the toggles", {name: answered[name] for name in wanted}, wanted)

    def _set_price(self, price: float) -> int:
        """Change it in Bling; how many events the product had before."""
        before = len(self._events())
        self.stage.bling("PATCH", f"/produtos/{self.bling_id}", {"preco": price})
        return before

    def _expect_outcome(self, outcome: str, before: int) -> Record:
        def settled() -> Record | None:
            events = self._events()
            return events[0] if len(events) > before and events[0]["settled_at"] else None

        event = wait_for("the event's end", settled)
        expect("the outcome", event["outcome"], outcome)
        return event

    def _events(self) -> list[Record]:
        """The product's events, the newest first."""
        items: list[Record] = self.stage.ponte("GET", f"/events?kind=product&record={self.bling_id}")["items"]
        return items

    def _link_in_step(self) -> Record | None:
        """A write is seen in Bitrix24 a moment before its turn settles."""
        items = self.stage.ponte("GET", f"/links?kind=product&bling_id={self.bling_id}")["items"]
        return next((link for link in items if link["state"] == "in_step"), None)

    def _find(self) -> Record | None:
        found = self._list({"xmlId": SKU}, ["id", "iblockId"])
        if len(found) > 1:
            raise Broken(f"{len(found)} products with the code {SKU} in Bitrix24")
        return found[0] if found else None

    def _product(self) -> Record:
        return self._list(
            {"id": self.bitrix_id}, ["id", "iblockId", "name", "active", "xmlId", self._link_field()]
        )[0]

    def _list(self, conditions: Record, fields: list[str]) -> list[Record]:
        wanted = {"iblockId": self.iblock_id, **conditions}
        products: list[Record] = self.stage.bitrix24("catalog.product.list", select=fields, filter=wanted)[
            "products"
        ]
        return products

    def _link_field(self) -> str:
        wanted = {"iblockId": self.iblock_id, "name": LINK_PROPERTY}
        found = self.stage.bitrix24("catalog.productProperty.list", filter=wanted)["productProperties"]
        if len(found) != 1:
            raise Broken(f"{len(found)} properties {LINK_PROPERTY!r} in Bitrix24")
        return f"property{found[0]['id']}"

    def _price(self, price_type: int) -> float | None:
        wanted = {"productId": self.bitrix_id, "catalogGroupId": price_type}
        prices = self.stage.bitrix24("catalog.price.list", filter=wanted)["prices"]
        if len(prices) > 1:
            raise Broken(f"{len(prices)} prices of one type")
        return float(prices[0]["price"]) if prices else None

    def _price_is(self, price: float) -> Callable[[], bool | None]:
        return lambda: self._price(self.base_type) == price or None


def _value(field: object) -> object:
    """A property's value comes with the id of its place."""
    return field["value"] if isinstance(field, dict) else field
