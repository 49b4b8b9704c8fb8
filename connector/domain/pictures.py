"""A product's pictures as Bling tells of them: which one is the first, and what it is called for good.

Links to pictures inside Bling are signed and die (facts of Bling, products): the same picture has another
link at every reading. What is compared is the address without its signature.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

#: Stands for a picture that Bitrix24 holds and that is not known to be ours: `#` and the file's id.
FOREIGN = "#"
#: Beside a picture's field in what was written last: the id of the file that Bitrix24 made of it.
_FILE = ".file"
#: Parameters that sign a link for a while: S3's two manners, CloudFront's, Google's, Azure's.
_SIGNATURES = frozenset(
    {
        *("expires", "signature", "awsaccesskeyid", "key-pair-id", "policy", "googleaccessid"),
        *("se", "sig", "sp", "sr", "sv", "st", "spr", "skoid", "sktid", "skt", "ske", "sks", "skv"),
    }
)
_SIGNED = frozenset({"signature", "sig", "x-amz-signature", "x-goog-signature"})


def link_of(value: object) -> str:
    """The first picture's link in `midia.imagens` (lasting ones before Bling's own) or in a text; or ""."""
    if isinstance(value, str):
        return value.strip()
    if not isinstance(value, Mapping):
        return ""
    inner = sorted(_entries(value.get("internas")), key=_order)
    for entry in (*_entries(value.get("externas")), *inner):
        link = entry.get("link")
        if isinstance(link, str) and link.strip():
            return link.strip()
    return ""


def is_link(link: str) -> bool:
    """Whether it can be fetched at all."""
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def address(link: str) -> str:
    """The link without what signs it for a while: the same for the same picture."""
    parts = urlsplit(link)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if not any(name.lower() in _SIGNED for name, _ in pairs):
        return urlunsplit(parts._replace(fragment=""))
    kept = [(name, value) for name, value in pairs if not _signs(name.lower())]
    return urlunsplit(parts._replace(query=urlencode(kept), fragment=""))


def file_key(field: str) -> str:
    """Where the file's id stands among the values that were written."""
    return field + _FILE


def recognised(values: Mapping[str, str], memory: Mapping[str, str], fields: Any) -> dict[str, str]:
    """What Bitrix24 holds, its pictures called by the addresses that they were fetched from where we know."""
    found = dict(values)
    for field in fields:
        file, key = found.get(field, ""), file_key(field)
        if file.startswith(FOREIGN) and memory.get(key) == file[len(FOREIGN) :] and field in memory:
            found[field], found[key] = memory[field], memory[key]
    return found


def _signs(name: str) -> bool:
    return name in _SIGNATURES or name.startswith(("x-amz-", "x-goog-"))


def _entries(found: object) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _order(entry: Mapping[str, Any]) -> int:
    order = entry.get("ordem")
    return order if isinstance(order, int) else 0
