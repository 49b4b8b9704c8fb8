"""The built files; each name carries its content's hash, so that browsers may keep them for ever."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

BUILT = Path(__file__).parent / "static" / "built"
MEDIA = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"


class File(msgspec.Struct, frozen=True):
    """One built file, ready to send."""

    media_type: str
    body: bytes
    #: Gzipped, or empty where that would not make it smaller.
    packed: bytes


class NotBuiltError(RuntimeError):
    """`python -m dashboard.build` has not been run."""


@cache
def manifest() -> dict[str, str]:
    """Built names by plain name; raises `NotBuiltError`."""
    path = BUILT / "manifest.json"
    if not path.exists():
        raise NotBuiltError(
            "the dashboard's styles are missing: run python -m dashboard.build (make setup does)"
        )
    names: dict[str, str] = json.loads(path.read_bytes())
    return names


def url(name: str) -> str:
    """Where the browser finds a built file."""
    return f"/static/{manifest()[name]}"


@cache
def _files() -> dict[str, File]:
    return {name: _load(BUILT / name) for name in manifest().values()}


def _load(path: Path) -> File:
    body = path.read_bytes()
    packed = gzip.compress(body, 9, mtime=0) if path.suffix in MEDIA else b""
    return File(MEDIA.get(path.suffix, "font/woff2"), body, packed if len(packed) < len(body) else b"")


@get("/static/{name:str}", sync_to_thread=False, include_in_schema=False, opt={"public": True})
def static_file(name: FromPath[str], request: Request[Any, Any, Any]) -> Response[bytes]:
    """A built file; any other name is 404."""
    file = _files().get(name)
    if file is None:
        raise NotFoundException
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if file.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            file.packed, media_type=file.media_type, headers={**headers, "Content-Encoding": "gzip"}
        )
    return Response(file.body, media_type=file.media_type, headers=headers)


handlers: list[ControllerRouterHandler] = [static_file]
