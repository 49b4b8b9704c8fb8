"""Invented: the team's page, a key just made, somebody not come yet."""

from __future__ import annotations

from dashboard.dev.sample_shell import ago
from dashboard.views.parts import Choice
from dashboard.views.team import (
    AuditRow,
    InvitationRow,
    InviteForm,
    KeyRow,
    PersonRow,
    SessionRow,
    Team,
)

ROLES = (Choice("owner", "Proprietário"), Choice("admin", "Administrador"), Choice("viewer", "Leitor", True))


def team() -> Team:
    """The owner looks, and typed some things wrong."""
    return Team(
        people=(
            PersonRow(
                id="1",
                name="Helena Martins",
                email="helena@aurora.example",
                role="Proprietária",
                you=True,
                roles=(),
            ),
            PersonRow(
                id="2",
                name="Rafael Nogueira",
                email="rafael@aurora.example",
                role="Leitor",
                you=False,
                roles=ROLES,
            ),
        ),
        invitations=(
            InvitationRow(
                id="3",
                email="bia@aurora.example",
                role="Leitora",
                expires="vale até 30/11/2026",
                expired=False,
            ),
            InvitationRow(
                id="4",
                email="leo@aurora.example",
                role="Leitor",
                expires="venceu em 02/11/2026",
                expired=True,
            ),
        ),
        keys=(
            KeyRow(id="5", name="Painel do escritório", scope="só lê", used="usada há 3 min", revoked=False),
        ),
        sessions=(
            SessionRow(id="6", browser="Chrome no Linux", seen_at=ago(minutes=1), here=True),
            SessionRow(id="7", browser="Safari no iPhone", seen_at=ago(days=2), here=False),
        ),
        audit=(
            AuditRow(
                at=ago(hours=2), actor="Helena Martins", what="ligou uma opção", detail="Criação no Bling ERP"
            ),
        ),
        older="#",
        may_change=True,
        roles=ROLES,
        scopes=(Choice("read", "só ler", True), Choice("write", "ler e mudar")),
        invite=InviteForm(email="leo@", error="Este e-mail não parece completo."),
        key_error="Já existe uma chave com este nome.",
        name="Helena Martins",
        name_error="",
        has_password=True,
        present_error="Esta não é a senha de agora.",
        password_error="",
        shortest_password=8,
        mails=(Choice("daily", "Resumo do dia", True), Choice("alerts", "Quando algo precisa de você", True)),
        company="Casa Aurora",
        support_may_change=False,
        leaving=False,
        leave_error="O nome não é este.",
        new_key="ponte_0000000000000000000000000000000000000000000",
        said="Convite enviado.",
        refused="",
    )
