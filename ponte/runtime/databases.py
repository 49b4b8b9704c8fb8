"""Roles and databases in a cluster of ours: what a managed PostgreSQL has ready."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import asyncpg

LOGIN_ROLE = "ponte"


async def create_login_role(owner_url: str, role: str = LOGIN_ROLE) -> None:
    """Make the role that the app signs in as, with the owner's password; it inherits nothing."""
    connection = await asyncpg.connect(owner_url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            password = urlsplit(owner_url).password or ""
            await connection.execute(f"CREATE ROLE {_name(role)} LOGIN NOINHERIT PASSWORD {_text(password)}")
    finally:
        await connection.close()


async def create_database(owner_url: str, name: str, template: str = "template1") -> None:
    """Make a database, empty or as a copy of `template`; one of that name is dropped first."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {_name(name)} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {_name(name)} TEMPLATE {_name(template)}")
    finally:
        await connection.close()


def at(url: str, *, database: str | None = None, role: str | None = None) -> str:
    """The same server's address for another database or role (with the same password)."""
    parts = urlsplit(url)
    user, _, rest = parts.netloc.rpartition("@")[0].partition(":")
    host = parts.netloc.rpartition("@")[2]
    credentials = (role or user) + (f":{rest}" if rest else "")
    path = parts.path if database is None else f"/{database}"
    return urlunsplit(parts._replace(netloc=f"{credentials}@{host}", path=path))


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
