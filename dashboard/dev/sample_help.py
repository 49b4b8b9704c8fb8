"""Invented: help with a check, the status page, problems."""

from __future__ import annotations

import msgspec

from dashboard.dev.sample_shell import ago
from dashboard.help_texts import Topic
from dashboard.telling import help as told
from dashboard.telling.status import Known, status
from dashboard.views.help import Found, HelpTopic, SelfCheck, StatusPage
from dashboard.views.parts import Action, Chip
from dashboard.views.public import Field, SignUp
from dashboard.views.sign_in import ProblemPage


def topic() -> HelpTopic:
    """A topic whose check found one of each."""
    found = (
        Found(sentence="O Bling responde.", chip=Chip("em ordem", "ok"), icon="circle-check"),
        Found(
            sentence="4 situações não têm etapa.",
            chip=Chip("atenção", "wait"),
            icon="clock",
            detail="Separação parcial e mais 3",
            remedy=Action(label="Definir etapas", url="#"),
        ),
        Found(
            sentence="A conexão com o Bitrix24 expirou.",
            chip=Chip("precisa de você", "need"),
            icon="circle-alert",
            remedy=Action(label="Reconectar", url="#"),
        ),
        Found(sentence="Não foi perguntado agora.", chip=Chip("não verificado"), icon="circle-dashed"),
    )
    check = SelfCheck(
        sentence="Uma coisa precisa de você.",
        chip=Chip("precisa de você", "need"),
        findings=found,
        at=ago(seconds=5),
        asked_at=ago(seconds=8),
    )
    return told.topic(Topic.PROBLEMS, may_check=True, check=check)


def prices() -> HelpTopic:
    """A topic with plans, for who is not signed in."""
    return told.topic(Topic.PRICE, may_check=False)


def status_late() -> StatusPage:
    """Everything answers, but late."""
    return status(
        Known(database=True, redis=True, overdue_at=ago(minutes=9), bling_at=ago(hours=3), bling_silent=True)
    )


def status_broken() -> StatusPage:
    """The database is away."""
    return status(Known(database=False, redis=True))


def problem() -> ProblemPage:
    """An address that leads nowhere."""
    return ProblemPage(
        title="Esta página não existe",
        text="O endereço pode estar errado, ou o registro já não está aqui.",
        url="#",
        way_on="Voltar ao início",
        code=404,
        elsewhere=(Action(label="Ajuda", url="#"), Action(label="Status", url="#")),
    )


def sign_up() -> SignUp:
    """Everything is wrong."""
    field = Field(name="email", label="E-mail", value="ana@", error="Este e-mail não parece completo.")
    return SignUp(
        company=msgspec.structs.replace(field, name="company", label="Empresa", value="", error="Escreva."),
        email=field,
        password=Field(name="password", label="Senha", hint="Pelo menos 8 caracteres."),
        terms=Field(name="terms", error="Aceite os termos para continuar."),
    )
