"""Equipe: people, invitations, API keys, one's own sessions, what was done."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.views.parts import Choice


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the team."""

    id: str
    name: str
    email: str
    role: str
    you: bool
    #: Empty where the viewer may not touch this person.
    roles: tuple[Choice, ...]


class InvitationRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has not come yet."""

    id: str
    email: str
    role: str
    expires: str
    expired: bool


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """An API key, without the key."""

    id: str
    name: str
    scope: str
    used: str
    revoked: bool


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is signed in with the viewer's name."""

    id: str
    browser: str
    seen_at: datetime
    here: bool


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what, when."""

    at: datetime
    actor: str
    what: str
    detail: str


class InviteForm(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed, and what is wrong with it."""

    email: str = ""
    error: str = ""


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    people: tuple[PersonRow, ...]
    invitations: tuple[InvitationRow, ...]
    keys: tuple[KeyRow, ...]
    sessions: tuple[SessionRow, ...]
    audit: tuple[AuditRow, ...]
    #: The next page of the audit log; empty at its end.
    older: str
    may_change: bool
    roles: tuple[Choice, ...]
    scopes: tuple[Choice, ...]
    invite: InviteForm
    key_error: str
    #: The viewer's own.
    name: str
    name_error: str
    #: The viewer signs in with a password.
    has_password: bool
    present_error: str
    password_error: str
    shortest_password: int
    #: Which mails the viewer may choose; empty for who gets none.
    mails: tuple[Choice, ...]
    #: The company's name, for who may take its data along and leave; empty for others.
    company: str
    #: Operators of Ponte's may change options while they visit.
    support_may_change: bool
    leaving: bool
    leave_error: str
    #: A key that was just made: shown this once.
    new_key: str
    said: str
    refused: str


class CompanyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A company that the person may look at."""

    id: str
    name: str
    role: str
    here: bool
