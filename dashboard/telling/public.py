"""Forms and sayings of the pages for everybody."""

from __future__ import annotations

from connector.account.joining import LinkState
from connector.account.typed import LONGEST_EMAIL, LONGEST_NAME, SHORTEST_PASSWORD, Wrong
from dashboard.reader import _
from dashboard.telling.typed import wrong
from dashboard.views.public import Field, Forgotten, NewPassword, SignUp, Told


def sign_up(email: str = "", company: str = "", found: dict[str, Wrong] | None = None) -> SignUp:
    """The form with what was typed, but for the password."""
    errors = {field: wrong(one) for field, one in (found or {}).items()}
    return SignUp(
        company=Field(
            name="company",
            label=_("Empresa"),
            value=company[:LONGEST_NAME],
            error=errors.get("company", ""),
        ),
        email=Field(
            name="email", label=_("E-mail"), value=email[:LONGEST_EMAIL], error=errors.get("email", "")
        ),
        password=_password(errors.get("password", "")),
        terms=Field(
            name="terms", value="" if "terms" in errors or not found else "yes", error=errors.get("terms", "")
        ),
    )


def new_password(found: Wrong | None = None) -> NewPassword:
    """The password alone."""
    return NewPassword(password=_password(wrong(found)))


def forgotten() -> Forgotten:
    """Whose password it is."""
    return Forgotten(email=Field(name="email", label=_("E-mail")))


def _password(error: str) -> Field:
    hint = _("Pelo menos %(number)s caracteres.") % {"number": SHORTEST_PASSWORD}
    return Field(name="password", label=_("Senha"), error=error, hint=hint)


def look_into_mail() -> Told:
    """After sign-up, whatever the address."""
    return Told(
        title=_("Confira seu e-mail"),
        text=_(
            "Enviamos um link para confirmar que o endereço é seu. Ele vale por 24 horas. "
            "Se não chegar em alguns minutos, olhe também na pasta de spam."
        ),
        url="/entrar",
        way_on=_("Voltar para Entrar"),
    )


def link_sent() -> Told:
    """After a wish for a new password, whatever the address."""
    return Told(
        title=_("Confira seu e-mail"),
        text=_(
            "Se este endereço tem uma conta, enviamos um link para escolher outra senha. Ele vale por uma "
            "hora. Se não chegar em alguns minutos, olhe também na pasta de spam."
        ),
        url="/entrar",
        way_on=_("Voltar para Entrar"),
    )


def crowded(path: str) -> Told:
    """Too many forms from one network."""
    return Told(
        title=_("Muitos pedidos em pouco tempo"),
        text=_("Vieram muitos pedidos da sua rede. Espere dez minutos e tente de novo."),
        url=path,
        way_on=_("Tentar de novo"),
    )


def bad_confirmation(state: LinkState) -> Told:
    """Why this link confirms nothing."""
    if state.used or state.open:
        return Told(
            title=_("Este link já foi usado"),
            text=_("Seu e-mail já está confirmado. Entre com a sua senha."),
            url="/entrar",
            way_on=_("Entrar"),
        )
    return Told(
        title=_("Este link não vale mais"),
        text=_("Links de confirmação valem por 24 horas. Crie a conta de novo: leva um minuto."),
        url="/criar-conta",
        way_on=_("Criar conta"),
    )


def bad_reset(state: LinkState) -> Told:
    """Why this link leads to no new password."""
    text = (
        _("Cada link funciona uma vez. Se ainda precisa trocar a senha, peça outro.")
        if state.used
        else _("Links para trocar a senha valem por uma hora. Peça outro: leva um minuto.")
    )
    return Told(
        title=_("Este link já foi usado") if state.used else _("Este link não vale mais"),
        text=text,
        url="/esqueci-a-senha",
        way_on=_("Pedir outro link"),
    )
