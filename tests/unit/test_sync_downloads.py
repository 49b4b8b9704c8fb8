"""Strangers' pictures: inner addresses are refused, names are harmless."""

from __future__ import annotations

import pytest

from connector.settings import Settings
from connector.sync.products.downloads import Downloads, Unfetched, _kind, _name


@pytest.fixture
def production() -> Downloads:
    return Downloads(Settings(env="production", database_url="", redis_url="", vault_keys=""))


@pytest.mark.parametrize(
    "link",
    [
        *("http://127.0.0.1:1/a.png", "http://localhost/a.png", "http://169.254.169.254/latest/meta-data"),
        *("http://10.0.0.1/a.png", "http://[::1]/a.png", "http://[::ffff:127.0.0.1]/a.png"),
    ],
)
async def test_an_address_inside_is_not_called(production: Downloads, link: str):
    async with production.client() as http:
        with pytest.raises(Unfetched, match="não respondeu"):
            await production.fetch(http, link)


async def test_a_host_that_never_answers_is_left_alone(production: Downloads):
    async with production.client() as http:
        for _ in range(5):
            with pytest.raises(Unfetched):
                await production.fetch(http, "http://127.0.0.1:1/a.png")
    assert production._silent == {"127.0.0.1": 3}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\nx", "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"GIF89a", "gif"),
        (b"RIFF\0\0\0\0WEBPVP8", "webp"),
        (b"<svg/>", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell_what_it_is(content: bytes, kind: str | None):
    assert _kind(content) == kind


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://a/fotos/Copo%20azul.jpeg?x=1", "Copo-azul.png"),
        ("https://a/", "imagem.png"),
        ("https://a/..%2F..%2Fetc", "etc.png"),
        ("https://a/ção", "o.png"),
    ],
)
def test_a_files_name_is_harmless(link: str, name: str):
    assert _name(link, "png") == name
