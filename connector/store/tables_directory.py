"""The directory's tables as Piccolo sees them (connector/store/tables.py says what holds for all of them)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from piccolo.columns import UUID, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from connector.store.engine import ENGINE


class Class(StrEnum):
    """The classes of DESIGN §7; a table carries its class as a tag."""

    #: Distributed by tenant_id, row-level security.
    TENANT = "tenant"
    #: Not distributed, no row-level security, read by the system role alone.
    DIRECTORY = "directory"


#: Of a column that may be empty.
NULL: dict[str, Any] = {"null": True, "default": None}


class Person(Table, tablename="person", db=ENGINE, tags=[Class.DIRECTORY]):
    """Somebody who signs in."""

    id = UUID(primary_key=True)
    email = Text()
    name = Text()
    password_hash = Text(**NULL)
    language = Text(default="pt")
    theme = Text(default="system")
    confirmed_at = Timestamptz(**NULL)
    created_at = Timestamptz()


class Membership(Table, tablename="membership", db=ENGINE, tags=[Class.DIRECTORY]):
    """A person's role in a tenant."""

    tenant_id = UUID(primary_key=True)
    person_id = UUID()
    role = Text()
    created_at = Timestamptz()


class Session(Table, tablename="session", db=ENGINE, tags=[Class.DIRECTORY]):
    """A signed-in browser."""

    token_hash = Bytea(primary_key=True)
    person_id = UUID()
    tenant_id = UUID(**NULL)
    frame = Boolean(default=False)
    created_at = Timestamptz()
    last_seen_at = Timestamptz()
    expires_at = Timestamptz()


class SigninAttempt(Table, tablename="signin_attempt", db=ENGINE, tags=[Class.DIRECTORY]):
    """Wrong passwords given for an address."""

    email = Text(primary_key=True)
    failures = Integer()
    blocked_until = Timestamptz(**NULL)
    last_at = Timestamptz()


class ApiKey(Table, tablename="api_key", db=ENGINE, tags=[Class.DIRECTORY]):
    """A key of the JSON API, as its hash."""

    key_hash = Bytea(primary_key=True)
    id = UUID()
    tenant_id = UUID()
    name = Text()
    created_at = Timestamptz()
    last_used_at = Timestamptz(**NULL)
    revoked_at = Timestamptz(**NULL)


class AccountRoute(Table, tablename="account_route", db=ENGINE, tags=[Class.DIRECTORY]):
    """Whose a Bling account's webhooks are."""

    account_key = Text(primary_key=True)
    company_id = Text()
    tenant_id = UUID()
    account_id = UUID()
    client_secret = Bytea(**NULL)


class PortalRoute(Table, tablename="portal_route", db=ENGINE, tags=[Class.DIRECTORY]):
    """Whose a portal is."""

    member_id = Text(primary_key=True)
    tenant_id = UUID()
    application_token = Bytea(**NULL)


class Unclaimed(Table, tablename="unclaimed", db=ENGINE, tags=[Class.DIRECTORY]):
    """A rightly signed message of a company that nobody has connected."""

    id = UUID(primary_key=True)
    received_at = Timestamptz()
    company_id = Text()
    event = Text()
    provider_event_id = Text()
    body = Bytea()


class Quarantined(Table, tablename="quarantined", db=ENGINE, tags=[Class.DIRECTORY]):
    """A rightly signed message that cannot be a row."""

    id = UUID(primary_key=True)
    received_at = Timestamptz()
    reason = Text()
    account_key = Text(**NULL)
    tenant_id = UUID(**NULL)
    body = Bytea()
