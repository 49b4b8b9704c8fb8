"""Equipe in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from connector.account.people import Viewer
from connector.account.team import Refusal
from connector.account.typed import SHORTEST_PASSWORD
from connector.store.audit import Entry
from connector.store.directory import KeyScope, KeyShown
from connector.store.invitations import Invitation
from connector.store.people import Company, Member, Role, SessionShown
from dashboard import formats
from dashboard.reader import _
from dashboard.telling.audit import detail, reached, what
from dashboard.telling.notices_wanted import choices
from dashboard.views.parts import Choice
from dashboard.views.team import (
    AuditRow,
    CompanyRow,
    InvitationRow,
    InviteForm,
    KeyRow,
    PersonRow,
    SessionRow,
    Team,
)

#: Lines of the audit log on one page.
PAGE = 20
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad")),
    *(("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux")),
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was read for the screen."""

    members: list[Member]
    invitations: list[Invitation]
    keys: list[KeyShown]
    sessions: list[SessionShown]
    #: The viewer's own session.
    here: bytes
    #: One more than a page, if there are more.
    entries: list[Entry]
    #: The viewer signs in with one.
    has_password: bool
    #: Operators may change options while they visit.
    support_may_change: bool
    business_now: datetime


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the person just did, and what came of it."""

    said: str = ""
    refused: str = ""
    invite: InviteForm = InviteForm()
    key_error: str = ""
    name_error: str = ""
    present_error: str = ""
    password_error: str = ""
    leave_error: str = ""
    new_key: str = ""


def team(viewer: Viewer, found: Found, answer: Answer) -> Team:
    """The whole screen."""
    shown = found.entries[:PAGE]
    more = len(found.entries) > PAGE
    return Team(
        people=tuple(_person(viewer, one) for one in found.members),
        invitations=tuple(_invitation(one, found.business_now) for one in found.invitations),
        keys=tuple(_key(one) for one in found.keys if one.revoked_at is None),
        sessions=tuple(_session(one, found.here) for one in found.sessions),
        audit=tuple(_entry(one) for one in shown),
        older=f"/equipe?depois={shown[-1].id}#historico" if more else "",
        may_change=viewer.may_change,
        roles=_choices(viewer, Role.VIEWER),
        scopes=tuple(Choice(one, scope(one), one is KeyScope.FULL) for one in KeyScope),
        invite=answer.invite,
        key_error=answer.key_error,
        name=viewer.name,
        name_error=answer.name_error,
        has_password=found.has_password,
        present_error=answer.present_error,
        password_error=answer.password_error,
        shortest_password=SHORTEST_PASSWORD,
        mails=choices(_member(viewer, found)) if viewer.may_change else (),
        company=viewer.tenant_name if viewer.role is Role.OWNER else "",
        support_may_change=found.support_may_change,
        leaving=viewer.leaves_at is not None,
        leave_error=answer.leave_error,
        new_key=answer.new_key,
        said=answer.said,
        refused=answer.refused,
    )


def _member(viewer: Viewer, found: Found) -> Member | None:
    """The viewer among the team; an operator who visits is not."""
    return next((one for one in found.members if one.person_id == viewer.person_id), None)


def role(one: Role) -> str:
    """As people call it."""
    return {Role.OWNER: _("Proprietário"), Role.ADMIN: _("Administrador"), Role.VIEWER: _("Só leitura")}[one]


def scope(one: KeyScope) -> str:
    """What a key may do."""
    return {KeyScope.FULL: _("Ler e mudar"), KeyScope.READ: _("Só ler")}[one]


def refusal(one: Refusal) -> str:
    """Why nothing was done, and what would help."""
    return {
        Refusal.NO_EMAIL: _("Escreva um e-mail completo, como nome@empresa.com.br."),
        Refusal.BELONGS_ALREADY: _("Esta pessoa já faz parte da equipe."),
        Refusal.TOO_MANY: _("Há convites demais em aberto. Cancele alguns primeiro."),
        Refusal.PLAN_FULL: _(
            "O plano não inclui mais pessoas, contando os convites em aberto. "
            "Remova alguém, cancele um convite ou mude de plano."
        ),
        Refusal.NOT_ALLOWED: _("Só um proprietário pode fazer isto."),
        Refusal.LAST_OWNER: _("A empresa precisa de um proprietário. Passe o papel a outra pessoa antes."),
        Refusal.NOBODY: _("Isto já não está mais aqui. A lista foi atualizada."),
    }[one]


def companies(viewer: Viewer, found: Sequence[Company]) -> tuple[CompanyRow, ...]:
    """Where the person may look."""
    return tuple(
        CompanyRow(
            id=str(one.tenant_id), name=one.name, role=role(one.role), here=one.tenant_id == viewer.tenant_id
        )
        for one in found
    )


def browser(agent: str, *, frame: bool) -> str:
    """Such as "Firefox, Windows"."""
    if frame:
        return _("Dentro do Bitrix24")
    names = [next((name for mark, name in known if mark in agent), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, names)) or _("Navegador desconhecido")


def _person(viewer: Viewer, member: Member) -> PersonRow:
    touchable = viewer.role is Role.OWNER or (viewer.role is Role.ADMIN and member.role is not Role.OWNER)
    return PersonRow(
        id=str(member.person_id),
        name=member.name or reached(member.email),
        email=reached(member.email),
        role=role(member.role),
        you=member.person_id == viewer.person_id,
        roles=_choices(viewer, member.role) if touchable else (),
    )


def _choices(viewer: Viewer, chosen: Role) -> tuple[Choice, ...]:
    given = [one for one in Role if viewer.role is Role.OWNER or one is not Role.OWNER]
    return tuple(Choice(one, role(one), one is chosen) for one in given)


def _invitation(one: Invitation, business_now: datetime) -> InvitationRow:
    expired = one.expires_at <= business_now
    words = _("expirou em %(date)s") if expired else _("vale até %(date)s")
    return InvitationRow(
        id=str(one.id),
        email=one.email,
        role=role(one.role),
        expires=words % {"date": formats.date(one.expires_at)},
        expired=expired,
    )


def _key(one: KeyShown) -> KeyRow:
    last = one.last_used_at
    return KeyRow(
        id=str(one.id),
        name=one.name,
        scope=scope(one.scope),
        used=_("usada em %(date)s") % {"date": formats.date_time(last)} if last else _("nunca usada"),
        revoked=one.revoked_at is not None,
    )


def _session(one: SessionShown, here: bytes) -> SessionRow:
    return SessionRow(
        id=str(one.id),
        browser=browser(one.agent, frame=one.frame),
        seen_at=one.last_seen_at,
        here=one.token_hash == here,
    )


def _entry(one: Entry) -> AuditRow:
    return AuditRow(at=one.at, actor=one.actor, what=what(one.action), detail=detail(one.detail))
