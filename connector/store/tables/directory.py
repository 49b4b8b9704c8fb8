"""The directory: who is where, whose keys, portals and messages these are, and mail under way."""

from __future__ import annotations

from piccolo.columns import JSON, UUID, Array, Boolean, Bytea, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from connector.store.engine import ENGINE
from connector.store.tables.columns import NULL, Class


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
    muted = Array(base_column=Text())
    asked_for = Array(base_column=Text())


class Session(Table, tablename="session", db=ENGINE, tags=[Class.DIRECTORY]):
    """A signed-in browser."""

    token_hash = Bytea(primary_key=True)
    person_id = UUID()
    tenant_id = UUID(**NULL)
    frame = Boolean(default=False)
    created_at = Timestamptz()
    last_seen_at = Timestamptz()
    expires_at = Timestamptz()
    id = UUID()
    agent = Text(default="")


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
    scope = Text(default="full")


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


class Mail(Table, tablename="mail", db=ENGINE, tags=[Class.DIRECTORY]):
    """Mail that has not left yet (connector.store.mail)."""

    id = UUID(primary_key=True)
    sealed = Bytea()
    created_at = Timestamptz()
    due_at = Timestamptz()
    attempts = SmallInt(default=0)


class Signup(Table, tablename="signup", db=ENGINE, tags=[Class.DIRECTORY]):
    """A sign-up whose address nobody has confirmed yet."""

    token_hash = Bytea(primary_key=True)
    email = Text()
    password_hash = Text()
    company = Text()
    language = Text()
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(**NULL)


class PasswordReset(Table, tablename="password_reset", db=ENGINE, tags=[Class.DIRECTORY]):
    """A link that lets its reader choose a password."""

    token_hash = Bytea(primary_key=True)
    email = Text()
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(**NULL)


class Invitation(Table, tablename="invitation", db=ENGINE, tags=[Class.DIRECTORY]):
    """A link that makes its reader a person of a tenant."""

    id = UUID(primary_key=True)
    token_hash = Bytea()
    tenant_id = UUID()
    email = Text()
    role = Text()
    invited_by = Text()
    created_at = Timestamptz()
    expires_at = Timestamptz()
    accepted_at = Timestamptz(**NULL)
    revoked_at = Timestamptz(**NULL)


class Consent(Table, tablename="consent", db=ENGINE, tags=[Class.DIRECTORY]):
    """A consent under way at Bling (connector.store.consents)."""

    hash = Bytea(primary_key=True)
    session_hash = Bytea()
    tenant_id = UUID()
    person_id = UUID()
    account_id = UUID(**NULL)
    client_id = Text(**NULL)
    client_secret = Bytea(**NULL)
    started = Boolean()
    expires_at = Timestamptz()


class Erasure(Table, tablename="erasure", db=ENGINE, tags=[Class.DIRECTORY]):
    """Who leaves, and the proof that their data has gone (connector.store.erasures)."""

    tenant_id = UUID(primary_key=True)
    why = Text()
    asked_at = Timestamptz()
    due_at = Timestamptz()
    paused = Boolean()
    begun_at = Timestamptz(**NULL)
    erased_at = Timestamptz(**NULL)
    counts = JSON()


class StripeCustomer(Table, tablename="stripe_customer", db=ENGINE, tags=[Class.DIRECTORY]):
    """Whose a customer of Stripe's is (connector.store.billing)."""

    customer_id = Text(primary_key=True)
    tenant_id = UUID()
    session_id = Text(**NULL)
    asked_at = Timestamptz(**NULL)
    compared_at = Timestamptz()
    created_at = Timestamptz()


class StripeEvent(Table, tablename="stripe_event", db=ENGINE, tags=[Class.DIRECTORY]):
    """What Stripe told (connector.store.billing)."""

    id = Text(primary_key=True)
    type = Text()
    customer_id = Text(**NULL)
    tenant_id = UUID(**NULL)
    received_at = Timestamptz()
    due_at = Timestamptz(**NULL)
    attempts = SmallInt()
    outcome = Text(**NULL)
    body = Bytea(**NULL)
