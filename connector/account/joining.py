"""Signing up: a form, a mail, a confirmation; only then are there a person and a company.

The password belongs to the link, so whoever typed another's address gains nothing when its owner signs up.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from connector.account import licence, signin
from connector.account.post import SignupWish, put_down
from connector.account.typed import Wrong, address, email_wrong, name_wrong, password_wrong
from connector.security.passwords import hash_password
from connector.security.tokens import new_token, token_hash
from connector.security.vault import Vault
from connector.store import audit, mail, people, tenants
from connector.store.ids import new_id
from connector.store.mail import Signup
from connector.store.people import Membership, Person, Role
from connector.store.scope import Connection, Database
from connector.store.tenants import Tenant

VALID = timedelta(hours=24)
#: The version of terms and privacy notice that a sign-up agrees to: the day they were last changed.
TERMS = "2026-11-23"


class SignupForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a new customer types."""

    email: str
    password: str
    company: str
    terms: bool
    language: str

    def wrong(self) -> dict[str, Wrong]:
        """The bad fields; empty when all is well."""
        found = {
            "email": email_wrong(address(self.email)),
            "password": password_wrong(self.password),
            "company": name_wrong(self.company),
            "terms": None if self.terms else Wrong.NO_TERMS,
        }
        return {field: wrong for field, wrong in found.items() if wrong is not None}


class LinkState(msgspec.Struct, frozen=True):
    """Nothing can be done with a link unless it is `open`; `used` tells the second use from a bad link."""

    open: bool
    used: bool = False


async def ask(database: Database, vault: Vault, form: SignupForm, now: datetime) -> None:
    """Keep the sign-up and have its mail written; known and unknown addresses take the same way."""
    token, email = new_token(), address(form.email)
    new = Signup(
        email=email,
        password_hash=await hash_password(form.password),
        company=form.company.strip(),
        language=form.language,
        created_at=now,
        expires_at=now + VALID,
        used_at=None,
    )
    wish = SignupWish(email=email, company=new.company, language=form.language, token=token, at=now)
    async with database.system() as conn:
        await mail.add_signup(conn, token_hash(token), new)
        await put_down(conn, vault, wish, now)


async def link_state(database: Database, token: str, now: datetime) -> LinkState:
    """Whether a link still confirms."""
    async with database.system() as conn:
        found = await mail.signup(conn, token_hash(token))
    return state_of(found, now)


def state_of(link: mail.Link | None, now: datetime) -> LinkState:
    """Of any link in a mail."""
    if link is None:
        return LinkState(open=False)
    return LinkState(open=link.used_at is None and link.expires_at > now, used=link.used_at is not None)


async def confirm(
    database: Database, token: str, browser: signin.Browser, now: datetime, business_now: datetime
) -> signin.SignedIn | None:
    """Make person and company, and sign in; None when the link is spent, too old, or nobody's."""
    async with database.system() as conn:
        signup = await mail.use_signup(conn, token_hash(token), now)
        if signup is None or await people.person_by_email(conn, signup.email) is not None:
            return None
        person = _person(signup, now)
        await people.add_person(conn, person, now)
        await _found_company(conn, signup, person, now, business_now)
        return signin.SignedIn(await signin.open_session(conn, person.id, now, browser))


async def _found_company(
    conn: Connection, signup: Signup, person: Person, now: datetime, business_now: datetime
) -> None:
    tenant_id = new_id(now)
    await tenants.add(
        Tenant(tenant_id=tenant_id, name=signup.company, language=signup.language, created_at=now)
    )
    await licence.begin_trial(conn, tenant_id, business_now, now)
    await people.add_member(conn, Membership(tenant_id=tenant_id, person_id=person.id, role=Role.OWNER), now)
    await audit.add(
        tenant_id,
        at=now,
        person_id=person.id,
        actor=person.name,
        action="tenant.created",
        detail={"company": signup.company, "terms": TERMS},
    )


def _person(signup: Signup, now: datetime) -> Person:
    """Named by the address until they say otherwise."""
    return Person(
        id=new_id(now),
        email=signup.email,
        name=signup.email.partition("@")[0],
        password_hash=signup.password_hash,
        language=signup.language,
        theme="system",
        confirmed_at=now,
    )
