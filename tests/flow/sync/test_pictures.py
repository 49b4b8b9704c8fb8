"""Pictures of products: copied once, kept in step, never in the way of the other fields."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from connector.domain.events import Kind, RecordKey
from connector.domain.mapping import Rule
from connector.domain.transforms import FirstImage, Identity
from connector.sync import replay
from connector.sync.products import downloads
from tests.support.house import House
from tests.support.pictures import JPEG, PNG, Gallery, gallery

PICTURE = Rule(id="imagem", bling="midia.imagens", bitrix24="detailPicture", transform=FirstImage())
ANNOUNCED = Rule(id="anuncio", bling="midia.imagens", bitrix24="previewPicture", transform=FirstImage())
TEXT = Rule(id="resumo", bling="descricaoCurta", bitrix24="previewText", transform=Identity())


@pytest.fixture
async def wall() -> AsyncIterator[Gallery]:
    async with gallery() as found:
        yield found


def outside(*links: str) -> dict[str, Any]:
    """Links that last."""
    return {"imagens": {"externas": [{"link": link} for link in links]}}


def inside(link: str = "https://fotos.example/copo.jpg") -> dict[str, Any]:
    """A picture that Bling keeps: its link is signed anew at every reading."""
    return {"imagens": {"imagensURL": [{"link": link}]}}


def change(house: House, bling_id: int, **fields: Any) -> None:
    """Somebody changes a product in Bling, and its webhook is lost."""
    url = f"{house.sandbox.ready['bling']['api_url']}/produtos/{bling_id}"
    house.sandbox.client.patch(url, json=fields, headers=house.bling_headers).raise_for_status()
    house.forget_calls()


async def arrives(house: House, *rules: Rule, **fields: Any) -> int:
    """A product comes to Bitrix24 under these rules."""
    await house.map(Kind.PRODUCT, *rules)
    bling_id = house.in_bling(codigo="C-1", **fields)
    await house.told(bling_id, action="created")
    await house.drain()
    return bling_id


async def changes(house: House, bling_id: int, seconds: int, **fields: Any) -> Any:
    """The product changes in Bling and is synced; gives the event."""
    if fields:
        change(house, bling_id, **fields)
    event = await house.told(bling_id, seconds=seconds)
    await house.drain()
    return event


def content(house: House, bling_id: int, field: str = "detailPicture") -> str | None:
    """The hash of the file that a product shows."""
    held = house.product(bling_id)[field]
    files = {one["id"]: one["sha256"] for one in house.dump()["files"]}
    return files[held["id"]] if held else None


def fetched(house: House) -> int:
    """Pictures that were fetched from Bling."""
    rows = house.sandbox.control("calls?provider=bling-images", method="GET")
    return len(rows["items"] if isinstance(rows, dict) else rows)


async def detail(house: House, event: Any) -> str | None:
    found: str | None = (await house.row("SELECT detail FROM event WHERE tenant_id = $1 AND id = $2", event))[
        "detail"
    ]
    return found


async def test_a_picture_is_copied(open_house: House) -> None:
    bling_id = await arrives(open_house, PICTURE, midia=inside())
    assert fetched(open_house) == 1
    assert content(open_house, bling_id) is not None
    written = msgspec.json.decode((await open_house.link(bling_id))["written"])
    assert written["detailPicture"].startswith(f"{open_house.sandbox.url}/bling/imagens/")
    assert "Signature" not in written["detailPicture"]


async def test_the_event_tells_of_the_picture(open_house: House, wall: Gallery) -> None:
    bling_id = await arrives(open_house, PICTURE, midia=outside(wall.hang("/a.png", PNG)))
    row = await open_house.row("SELECT changes FROM sync WHERE tenant_id = $1 AND bling_id = $2", bling_id)
    told = {one["field"]: one["after"] for one in msgspec.json.decode(row["changes"])}
    assert told["detailPicture"] == f"{wall.url}/a.png"


async def test_the_same_picture_is_fetched_once_whatever_its_signature(open_house: House) -> None:
    bling_id = await arrives(open_house, PICTURE, midia=inside())
    open_house.sandbox.control("clock", {"advance_s": 3600})
    open_house.forget_calls()
    event = await changes(open_house, bling_id, 5)
    assert await open_house.outcome(event) == ("unchanged", None)
    assert (fetched(open_house), open_house.calls("bitrix24")) == (0, [])


async def test_another_field_changes_without_the_picture(open_house: House, wall: Gallery) -> None:
    bling_id = await arrives(open_house, PICTURE, TEXT, midia=outside(wall.hang("/a.png", PNG)))
    await changes(open_house, bling_id, 5, descricaoCurta="de vidro")
    assert open_house.product(bling_id)["previewText"] == "de vidro"
    assert wall.asked == ["/a.png"]


async def test_a_new_picture_takes_the_place_of_the_old_one(open_house: House, wall: Gallery) -> None:
    bling_id = await arrives(open_house, PICTURE, midia=outside(wall.hang("/a.png", PNG)))
    event = await changes(open_house, bling_id, 5, midia=outside(wall.hang("/b.jpg", JPEG)))
    assert await open_house.outcome(event) == ("updated", None)
    assert content(open_house, bling_id) == sha256(JPEG).hexdigest()
    assert {one["name"] for one in open_house.dump()["files"]} == {"a.png", "b.jpg"}


@pytest.mark.parametrize(("empty", "there"), [("ignore", True), ("erase", False)])
async def test_no_picture_in_bling_leaves_or_removes_it_as_the_rule_says(
    open_house: House, wall: Gallery, empty: Any, there: bool
) -> None:
    rule = msgspec.structs.replace(PICTURE, empty=empty)
    bling_id = await arrives(open_house, rule, midia=outside(wall.hang("/a.png", PNG)))
    await changes(open_house, bling_id, 5, midia={"imagens": {"externas": []}})
    assert (content(open_house, bling_id) is not None) is there


async def test_a_product_without_a_picture_costs_nothing_more(open_house: House) -> None:
    rule = msgspec.structs.replace(PICTURE, empty="erase")
    await arrives(open_house, rule)
    assert open_house.commands("catalog.product.update") == []


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (404, b"", "respondeu 404"),
        (200, b"<html>", "não traz uma imagem"),
        (200, b"", "não traz uma imagem"),
        (200, PNG + bytes(downloads.MOST_BYTES), "mais de 5 MB"),
    ],
)
async def test_a_picture_that_cannot_be_had_is_left_out_and_said(
    open_house: House, wall: Gallery, status: int, body: bytes, why: str
) -> None:
    await open_house.map(Kind.PRODUCT, PICTURE, TEXT)
    media = outside(wall.hang("/a.png", body, status))
    bling_id = open_house.in_bling(codigo="C-1", descricaoCurta="de vidro", midia=media)
    event = await open_house.told(bling_id, action="created")
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)
    assert why in (await detail(open_house, event) or "")
    assert open_house.product(bling_id)["previewText"] == "de vidro"
    assert content(open_house, bling_id) is None


async def test_a_picture_that_was_left_out_is_tried_at_the_next_change(
    open_house: House, wall: Gallery
) -> None:
    bling_id = await arrives(open_house, PICTURE, midia=outside(f"{wall.url}/a.png"))
    event = await changes(open_house, bling_id, 5)
    assert await open_house.outcome(event) == ("unchanged", None)
    assert "respondeu 404" in (await detail(open_house, event) or "")
    wall.hang("/a.png", PNG)
    event = await changes(open_house, bling_id, 9)
    assert await open_house.outcome(event) == ("updated", None)
    assert content(open_house, bling_id) == sha256(PNG).hexdigest()


async def test_a_redirection_is_followed_and_a_circle_is_not(open_house: House, wall: Gallery) -> None:
    wall.hang("/real.png", PNG)
    moved = wall.hang("/moved.png", b"", 302, "location: /real.png\r\n")
    circle = wall.hang("/circle.png", b"", 302, "location: /circle.png\r\n")
    bling_id = await arrives(open_house, PICTURE, midia=outside(moved))
    assert content(open_house, bling_id) == sha256(PNG).hexdigest()
    event = await changes(open_house, bling_id, 5, midia=outside(circle))
    assert "não pôde ser lido" in (await detail(open_house, event) or "")


async def test_what_is_no_address_is_passed_over(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, PICTURE)
    bling_id = open_house.in_bling(codigo="C-1", midia=outside("file:///etc/passwd"))
    event = await open_house.told(bling_id, action="created")
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)
    assert "não é o endereço de uma imagem" in (await detail(open_house, event) or "")


async def test_two_fields_share_one_download(open_house: House, wall: Gallery) -> None:
    bling_id = await arrives(open_house, PICTURE, ANNOUNCED, midia=outside(wall.hang("/a.png", PNG)))
    assert wall.asked == ["/a.png"]
    assert content(open_house, bling_id, "previewPicture") == content(open_house, bling_id)


async def test_a_replay_leaves_our_picture_alone(open_house: House, wall: Gallery) -> None:
    bling_id = await arrives(open_house, PICTURE, midia=outside(wall.hang("/a.png", PNG)))
    event = await open_house.told(bling_id, source="replay")
    await open_house.drain()
    assert await open_house.outcome(event) == ("unchanged", None)
    await changes(open_house, bling_id, 5)
    event = await open_house.told(bling_id, source="replay")
    await open_house.drain()
    assert await open_house.outcome(event) == ("unchanged", None)
    assert wall.asked == ["/a.png"]


def hang_by_hand(house: House, bling_id: int) -> None:
    """Somebody puts another picture into Bitrix24."""
    picture = {"fileData": ["outra.png", "iVBORw0KGgo="]}
    found = house.product(bling_id)["id"]
    house.portal.call("catalog.product.update", id=found, fields={"detailPicture": picture})


@pytest.mark.parametrize("policy", ["bling", "keep"])
async def test_a_picture_changed_by_hand_is_put_back_or_kept_as_the_rule_says(
    open_house: House, wall: Gallery, policy: Any
) -> None:
    rule = msgspec.structs.replace(PICTURE, policy=policy)
    bling_id = await arrives(open_house, rule, midia=outside(wall.hang("/a.png", PNG)))
    hang_by_hand(open_house, bling_id)
    await open_house.told(bling_id, source="replay")
    await open_house.drain()
    is_ours = content(open_house, bling_id) == sha256(PNG).hexdigest()
    assert is_ours is (policy == "bling")


async def test_a_portal_that_is_busy_gets_the_picture_later(open_house: House, wall: Gallery) -> None:
    bling_id = await arrives(open_house, PICTURE)
    change(open_house, bling_id, midia=outside(wall.hang("/a.png", PNG)))
    open_house.fault(provider="bitrix24", method="batch", status=500)
    await open_house.told(bling_id, seconds=5)
    await open_house.drain()
    assert content(open_house, bling_id) is None
    await open_house.due_now()
    await open_house.drain()
    assert content(open_house, bling_id) == sha256(PNG).hexdigest()


async def test_a_large_picture_goes_by_itself(open_house: House, wall: Gallery) -> None:
    large = PNG + bytes(400_000)
    bling_id = await arrives(open_house, PICTURE, midia=outside(wall.hang("/a.png", large)))
    assert content(open_house, bling_id) == sha256(large).hexdigest()


async def test_a_dry_run_fetches_nothing(open_house: House, wall: Gallery) -> None:
    bling_id = await arrives(open_house, PICTURE, midia=outside(wall.hang("/a.png", PNG)))
    change(open_house, bling_id, midia=outside(wall.hang("/b.png", JPEG)))
    record = await open_house.row(
        "SELECT account_id FROM link WHERE tenant_id = $1 AND bling_id = $2", bling_id
    )
    key = RecordKey(Kind.PRODUCT, record["account_id"], bling_id)
    preview = await replay.dry_run(open_house.engine, open_house.tenant_id, key)
    assert preview.writes[0].values == {"detailPicture": f"{wall.url}/b.png"}
    assert wall.asked == ["/a.png"]


async def test_variations_have_pictures_of_their_own(open_house: House, wall: Gallery) -> None:
    await open_house.map(Kind.PRODUCT, PICTURE)
    child = {
        "nome": "Camisa P",
        "codigo": "CAM-P",
        "formato": "S",
        "variacao": {"nome": "Tamanho:P", "ordem": 1},
        "midia": outside(wall.hang("/p.png", PNG)),
    }
    bling_id = open_house.in_bling(codigo="CAM", formato="V", variacoes=[child])
    await open_house.told(bling_id, action="created", formato="V")
    await open_house.drain()
    offers = [row for row in open_house.products() if row["name"] == "Camisa P"]
    assert [bool(row["detailPicture"]) for row in offers] == [True]
