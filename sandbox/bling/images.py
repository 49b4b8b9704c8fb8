"""Product images: kept inside Bling with signed links that die, or outside with links that last."""

from __future__ import annotations

import hmac
import struct
import zlib
from hashlib import sha256
from urllib.parse import parse_qsl

from sandbox.bling.bodies import Body
from sandbox.bling.ids import Ids
from sandbox.bling.times import moment_of
from sandbox.core.clock import Clock
from sandbox.core.http import Answer

LINK_LIFE_S = 7 * 86_400
THUMBNAIL_LIFE_S = 30 * 60
_KEY = b"made-up key of the image links"


def sent_images(sent: Body, kept: Body, ids: Ids) -> Body:
    """The `midia` to keep after a product was sent; what is not mentioned stays as `kept`.

    `imagensURL` are fetched by Bling and become internal; `externas` stay links.
    """
    media = sent.get("midia")
    if not isinstance(media, dict):
        return kept
    images, video = media.get("imagens"), media.get("video")
    return {
        "video": {"url": str(video.get("url") or "")} if isinstance(video, dict) else kept["video"],
        "imagens": _kept_images(images, ids) if isinstance(images, dict) else kept["imagens"],
    }


def _kept_images(images: Body, ids: Ids) -> Body:
    return {
        "externas": [{"link": link} for link in _links(images.get("externas"))],
        "internas": [
            {"ordem": order, "anexo": {"id": ids.take()}, "anexoVinculo": {"id": ids.take()}}
            for order, _ in enumerate(_links(images.get("imagensURL")), 1)
        ],
    }


def shown_images(media: Body, base_url: str, clock: Clock) -> Body:
    """`midia` as the product's GET shows it: internal images with freshly signed links."""
    images = media["imagens"]
    internal = [_signed(image, base_url, clock.now()) for image in images["internas"]]
    return {
        "video": media["video"],
        "imagens": {"externas": images["externas"], "internas": internal, "imagensURL": []},
    }


def first_link(media: Body, base_url: str, clock: Clock) -> str | None:
    """The first image's link, which lists and details show as `imagemURL`; None without images."""
    images = media["imagens"]
    if images["externas"]:
        link: str = images["externas"][0]["link"]
        return link
    if images["internas"]:
        return _link(base_url, images["internas"][0]["anexo"]["id"], clock.now() + LINK_LIFE_S)
    return None


def serve(path: str, query_string: str, clock: Clock) -> Answer:
    """`GET /imagens/{anexo}`: the picture, or 403 once the link has died."""
    query = dict(parse_qsl(query_string))
    name, expires = path.rsplit("/", 1)[-1], query.get("Expires", "")
    good = hmac.compare_digest(query.get("Signature", ""), _signature(name, expires))
    if not good or not expires.isdecimal() or int(expires) < clock.now():
        return Answer(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
    return Answer(200, _square(name), "image/png")


def _links(entries: object) -> list[str]:
    if not isinstance(entries, list):
        return []
    return [str(entry["link"]) for entry in entries if isinstance(entry, dict) and entry.get("link")]


def _signed(image: Body, base_url: str, now: float) -> Body:
    name = image["anexo"]["id"]
    return {
        "link": _link(base_url, name, now + LINK_LIFE_S),
        "linkMiniatura": _link(base_url, name, now + THUMBNAIL_LIFE_S),
        "validade": moment_of(now + THUMBNAIL_LIFE_S),
        **image,
    }


def _link(base_url: str, name: int, expires: float) -> str:
    until = str(int(expires))
    return f"{base_url}/bling/imagens/{name}?Expires={until}&Signature={_signature(str(name), until)}"


def _signature(name: str, expires: str) -> str:
    return hmac.new(_KEY, f"{name} {expires}".encode(), sha256).hexdigest()


def _square(name: str) -> bytes:
    """An 8 × 8 PNG in a colour of its own."""
    colour = sha256(name.encode()).digest()[:3]
    rows = b"".join(b"\0" + colour * 8 for _ in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
