"""An invitation in words."""

from __future__ import annotations

from connector.account.invited import Door, Guest, Shut
from connector.account.typed import LONGEST_NAME, SHORTEST_PASSWORD, Wrong
from dashboard.reader import _
from dashboard.telling.team import role
from dashboard.telling.typed import wrong
from dashboard.views.public import Field, InvitedForm, Told


def invitation(
    door: Door, name: str = "", found: dict[str, Wrong] | None = None, error: str = ""
) -> InvitedForm:
    """What is asked depends on who stands there; `error` is about the password of a known person."""
    errors = {field: wrong(one) for field, one in (found or {}).items()}
    text = _("%(inviter)s convidou %(email)s. Papel: %(role)s.") % {
        "inviter": door.invitation.invited_by,
        "email": door.invitation.email,
        "role": role(door.invitation.role),
    }
    title = _("Entre em %(company)s") % {"company": door.company}
    match door.guest:
        case Guest.HERE:
            return InvitedForm(title=title, text=text, button=_("Aceitar convite"))
        case Guest.KNOWN:
            password = Field(name="password", label=_("Senha"), error=error)
            return InvitedForm(title=title, text=text, button=_("Entrar e aceitar"), password=password)
        case Guest.NEW:
            return InvitedForm(
                title=title,
                text=text,
                button=_("Criar conta e aceitar"),
                name=_name(name, errors.get("name", "")),
                password=_new_password(errors.get("password", "")),
                terms=Field(
                    name="terms",
                    value="yes" if found and "terms" not in errors else "",
                    error=errors.get("terms", ""),
                ),
            )


def shut(why: Shut) -> Told:
    """Why the link leads nowhere, and what would help."""
    title, text = {
        Shut.UNKNOWN: (
            _("Este convite não existe"),
            _("O link pode ter vindo incompleto. Abra-o de novo a partir do e-mail."),
        ),
        Shut.USED: (_("Este convite já foi aceito"), _("Entre com o seu e-mail e a sua senha.")),
        Shut.WITHDRAWN: (_("Este convite foi cancelado"), _("Peça outro a quem convidou você.")),
        Shut.EXPIRED: (
            _("Este convite expirou"),
            _("Convites valem por 7 dias. Peça outro a quem convidou você."),
        ),
        Shut.FULL: (
            _("O plano da empresa está cheio"),
            _("Ele não inclui mais pessoas. Quando houver lugar, este mesmo link volta a valer."),
        ),
    }[why]
    return Told(title=title, text=text, url="/entrar", way_on=_("Entrar"))


def _name(value: str, error: str) -> Field:
    return Field(name="name", label=_("Seu nome"), value=value[:LONGEST_NAME], error=error)


def _new_password(error: str) -> Field:
    hint = _("Pelo menos %(number)s caracteres.") % {"number": SHORTEST_PASSWORD}
    return Field(name="password", label=_("Senha"), error=error, hint=hint)
