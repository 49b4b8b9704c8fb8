"""For all tests with real parts: what costs much in each and proves nothing there is done cheaply or once."""

from __future__ import annotations

import functools
import ssl
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, profiles

from connector.security import passwords


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """A real hash takes a tenth of a second and 64 MiB, twice in each test that signs somebody in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher.from_parameters(profiles.CHEAPEST))
        yield


@pytest.fixture(scope="session", autouse=True)
def trusted_roots_read_once() -> Iterator[None]:
    """Each HTTP client reads the system's certificates anew, 30 ms; here it speaks to this machine alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
        yield
