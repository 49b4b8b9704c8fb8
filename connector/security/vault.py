"""Encryption of vendors' tokens and secrets at rest: AES-256-GCM, several keys readable, the newest writes.

A sealed value: format (1 byte), length of the key id (1 byte), key id, nonce (12 bytes), ciphertext and tag.
"""

from __future__ import annotations

import base64
import binascii
import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = 1
_NONCE_BYTES = 12
_KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class VaultError(Exception):
    """The keys are unusable or do not open a sealed value; the text says what to do and holds no secret."""


class Vault:
    """Seals and opens with the keys of the setting `PONTE_VAULT_KEYS`."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        """`keys` by id, the newest first."""
        if not keys:
            raise VaultError("PONTE_VAULT_KEYS holds no key: give id:base64 of 32 random bytes")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._newest = next(iter(keys))

    @classmethod
    def from_setting(cls, text: str) -> Vault:
        """Read `id:base64,id:base64,…`, the newest first; raises `VaultError` naming the bad one."""
        keys: dict[str, bytes] = {}
        for number, part in enumerate(filter(None, map(str.strip, text.split(","))), 1):
            key_id, key = _parse(part, number)
            if key_id in keys:
                raise VaultError(f"PONTE_VAULT_KEYS: the key id {key_id} stands twice")
            keys[key_id] = key
        return cls(keys)

    def seal(self, plain: str, context: str = "") -> bytes:
        """Encrypt; only `open` with the same context (say, whose token this is) opens it again."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, plain.encode(), context.encode())
        return self.mark + nonce + sealed

    def open(self, sealed: bytes, context: str = "") -> str:
        """Decrypt; raises `VaultError` when the key is not at hand or the value was changed or moved."""
        cipher = self._ciphers.get(key_id := key_id_of(sealed))
        if cipher is None:
            raise VaultError(f"no key {key_id} in PONTE_VAULT_KEYS: keep old keys after the newest one")
        start = 2 + len(key_id)
        nonce, text = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, text, context.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise VaultError(f"key {key_id} does not open this value, or it was changed") from error

    @property
    def mark(self) -> bytes:
        """What every value begins with that the newest key sealed; values of other keys do not."""
        return bytes((_FORMAT, len(self._newest))) + self._newest.encode()

    @property
    def newest(self) -> str:
        """The id of the key that writes."""
        return self._newest

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, the newest first."""
        return tuple(self._ciphers)


def key_id_of(sealed: bytes) -> str:
    """Which key sealed this value; raises `VaultError` when it is no sealed value."""
    if len(sealed) < 2 or sealed[0] != _FORMAT or len(sealed) < 2 + sealed[1] + _NONCE_BYTES:
        raise VaultError("this is no sealed value")
    return sealed[2 : 2 + sealed[1]].decode("ascii", "replace")


def new_key(key_id: str) -> str:
    """A fresh key in the form of the setting, for demos and for `ponte doctor`'s advice."""
    return f"{key_id}:{base64.b64encode(os.urandom(_KEY_BYTES)).decode()}"


def _parse(part: str, number: int) -> tuple[str, bytes]:
    key_id, _, encoded = part.partition(":")
    if not _KEY_ID.fullmatch(key_id):
        raise VaultError(
            f"PONTE_VAULT_KEYS: key {number} needs an id of letters, digits, - and _, then a colon"
        )
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VaultError(f"PONTE_VAULT_KEYS: key {key_id} is no base64") from error
    if len(key) != _KEY_BYTES:
        raise VaultError(f"PONTE_VAULT_KEYS: key {key_id} has {len(key)} bytes, not {_KEY_BYTES}")
    return key_id, key
