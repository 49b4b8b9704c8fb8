"""Random tokens (sessions, API keys, OAuth states, links in mails); the database keeps only their hashes."""

from __future__ import annotations

import secrets
from hashlib import sha256

_BYTES = 32


def new_token(prefix: str = "") -> str:
    """256 random bits as text that fits in URLs, cookies and headers."""
    return prefix + secrets.token_urlsafe(_BYTES)


def token_hash(token: str) -> bytes:
    """What is stored and looked up. Random tokens need no slow hash."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
