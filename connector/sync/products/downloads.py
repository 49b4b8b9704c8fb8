"""Fetching pictures from wherever a product says they are: strangers' addresses, so with every caution.

A name may lead anywhere: outside development, demo and test only public addresses are connected to, at every
redirection anew (connector.bitrix24.reach). What comes is believed by its first bytes alone.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections import Counter
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import httpx

from connector.bitrix24.reach import transport_for
from connector.settings import Settings

#: Bytes of the largest picture that is copied.
MOST_BYTES = 5 * 1024 * 1024
#: Seconds for one picture, redirections and all.
PATIENCE_S = 15.0
#: A host that did not answer so often is left alone for the rest of the turn.
TRIES_OF_A_HOST = 3
MOST_REDIRECTIONS = 3

#: First bytes of each kind of picture that Bitrix24 shows.
_KINDS = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF8", "gif"))
_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")


class Picture(NamedTuple):
    """A file as Bitrix24 takes it."""

    name: str
    #: Base64.
    content: str


class Unfetched(Exception):
    """The picture could not be had; the text is fit for a person."""


class Downloads:
    """One turn's downloads; forgets cookies and hosts with it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._silent: Counter[str] = Counter()

    def client(self) -> httpx.AsyncClient:
        """A client of its own: strangers' cookies must not meet the vendors'."""
        return httpx.AsyncClient(
            transport=transport_for(self._settings),
            trust_env=False,
            timeout=PATIENCE_S,
            follow_redirects=True,
            max_redirects=MOST_REDIRECTIONS,
            headers={"accept": "image/*", "accept-encoding": "identity"},
        )

    async def fetch(self, http: httpx.AsyncClient, link: str) -> Picture:
        """The picture behind a link; raises `Unfetched`."""
        host = urlsplit(link).hostname or ""
        if self._silent[host] >= TRIES_OF_A_HOST:
            raise Unfetched("o endereço não respondeu")
        try:
            async with asyncio.timeout(PATIENCE_S):
                content = await _bytes(http, link)
        except (TimeoutError, httpx.TimeoutException, httpx.NetworkError):
            self._silent[host] += 1
            raise Unfetched("o endereço não respondeu") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Unfetched("o endereço não pôde ser lido") from None
        kind = _kind(content)
        if kind is None:
            raise Unfetched("o endereço não traz uma imagem PNG, JPEG, GIF ou WebP")
        return Picture(_name(link, kind), b64encode(content).decode())


async def _bytes(http: httpx.AsyncClient, link: str) -> bytes:
    """Raw bytes: what is packed in spite of our asking is no picture, and cannot swell."""
    async with http.stream("GET", link) as answer:
        if answer.status_code != httpx.codes.OK:
            raise Unfetched(f"o endereço respondeu {answer.status_code}")
        content = bytearray()
        async for part in answer.aiter_raw():
            content += part
            if len(content) > MOST_BYTES:
                raise Unfetched(f"a imagem tem mais de {MOST_BYTES // 2**20} MB")
        return bytes(content)


def _kind(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((kind for begin, kind in _KINDS if content.startswith(begin)), None)


def _name(link: str, kind: str) -> str:
    """The file's name in the link, with the ending of what it really is."""
    last = unquote(urlsplit(link).path).rsplit("/", 1)[-1]
    stem = _STRANGE.sub("-", last.rsplit(".", 1)[0]).strip(".-")[:60]
    return f"{stem or 'imagem'}.{kind}"
