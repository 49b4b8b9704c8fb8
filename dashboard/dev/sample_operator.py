"""Invented: the operator's house: a customer who stopped, the list, queues, what Bling sends."""

from __future__ import annotations

from dashboard.dev.sample_shell import ago
from dashboard.operator.views import (
    Beat,
    Budget,
    ConnectionLine,
    Counted,
    DeedLine,
    ErrorLine,
    Figure,
    House,
    LicenceForm,
    Obstacle,
    Queues,
    Spark,
    SparkBar,
    StuckLine,
    Tab,
    TenantLine,
    TenantPage,
    Tenants,
)
from dashboard.views.parts import Chip, Choice, Fact, Nav

FIGURES = (
    Figure(name="Clientes", value="1.000", meaning="37 precisam de atenção", url="#"),
    Figure(name="Mais atrasado", value="9 min", meaning="usual: 2 s", tone="wait"),
    Figure(name="Falhas em 24 h", value="1,2 %", meaning="usual: 0,3 %", tone="need"),
)
BEATS = (
    Beat(
        name="Produtos",
        resource="product",
        chip=Chip("no usual", "ok"),
        now="12",
        usual="14",
        last_at=ago(seconds=9),
        drawn="0,20 60,12 120,18 180,8 240,14",
        drawn_usual="0,18 60,14 120,16 180,12 240,14",
    ),
    Beat(
        name="Pedidos",
        resource="order",
        chip=Chip("silêncio", "need"),
        now="0",
        usual="6",
        last_at=ago(hours=3),
    ),
    Beat(name="Notas", resource="invoice", chip=Chip("sem histórico"), now="0", usual="–", last_at=None),
)
OBSTACLES = (
    Obstacle(
        sentence="A licença não está ativa.",
        next_step="Dê uma licença, ou espere o pagamento.",
        tone="need",
        anchor="#licenca",
        anchor_text="Licença",
    ),
    Obstacle(sentence="O Bling limitou a conta.", next_step="Continua sozinho às 14:20.", tone="wait"),
)
LANES = (Counted("Ao vivo", "37", "9 min"), Counted("Importação", "4.778", "2 min"))
HELD = (Counted("licença", "37"), Counted("situação sem etapa", "4"))


def house(path: str) -> House:
    """The operator's rail, with what was just done and what could not be."""
    links = (("Clientes", "users"), ("Filas e limites", "gauge"), ("Auditoria", "history"))
    return House(
        links=tuple(
            Nav(label=label, url="#", icon=icon, current=label == "Clientes") for label, icon in links
        ),
        name="Diego Prado",
        path=path,
        said="Licença dada.",
        refused="O cliente já está em pausa.",
    )


def tenant() -> TenantPage:
    """One who stopped."""
    return TenantPage(
        id="01945027-150e-72b4-87cf-4943a042cd02",
        name="Casa Aurora",
        chip=Chip("Parado", "need"),
        facts=(Fact("Última sincronização", "há 3 dias"), Fact("Fuso", "America/Sao_Paulo")),
        obstacles=OBSTACLES,
        connections=(
            ConnectionLine(
                name="Bling · Matriz", detail="fedcba98", chip=Chip("Expirou", "need"), since=ago(days=3)
            ),
            ConnectionLine(
                name="Bitrix24", detail="aurora.bitrix24.com.br", chip=Chip("Conectado", "ok"), since=None
            ),
        ),
        lanes=LANES,
        held=HELD,
        errors=(
            ErrorLine(
                at=ago(hours=1), label="Pote hermético", chip=Chip("Falhou", "need"), why="campo obrigatório"
            ),
        ),
        people=(Fact("Helena Martins", "helena@aurora.example"),),
        licence="Suspensa",
        licence_facts=(Fact("Plano", "Profissional"),),
        form=LicenceForm(
            plans=(Choice("pro", "Profissional", True),),
            until="2026-12-31",
            note="",
            error="Escreva uma nota.",
        ),
        paused=False,
        leaving=False,
        may_change=False,
        visit_error="Escreva o motivo, com pelo menos 8 letras.",
        pause_error="",
        deeds=(
            DeedLine(
                at=ago(days=1),
                actor="Diego Prado",
                what="visitou",
                detail="Chamado 4711",
                about="Casa Aurora",
                about_url="#",
            ),
        ),
    )


def tenants() -> Tenants:
    """The list, filtered."""
    return Tenants(
        figures=FIGURES,
        beats=BEATS,
        tabs=(Tab(label="Todos", url="#", current=True), Tab(label="Sem licença", url="#", tone="need")),
        search="",
        trouble="",
        rows=(
            TenantLine(
                url="#",
                name="Casa Aurora",
                chip=Chip("Parado", "need"),
                licence="Suspensa",
                plan="Profissional",
                last_sync=ago(days=3),
                depth="37",
                age="3 d",
                failures="1,2 %",
                spark=Spark(
                    bars=(
                        SparkBar(x=0, y=8, height=12, tone="done"),
                        SparkBar(x=4, y=0, height=18, tone="done"),
                        SparkBar(x=4, y=18, height=2, tone="failed"),
                    ),
                    count="83",
                    title="83 eventos em 24 horas, 1 falharam",
                ),
            ),
        ),
        older="#",
        first_page=False,
        start_url="#",
        sheet_url="#",
    )


def queues() -> Queues:
    """One limit is nearly used up, one vendor stopped."""
    return Queues(
        figures=FIGURES,
        lanes=LANES,
        held=HELD,
        budgets=(Budget(label="Bling por IP", text="570 de 600", share=0.95, tone="wait"),),
        breakers=(
            Obstacle(sentence="O Bling não responde.", next_step="Nova tentativa às 14:20.", tone="need"),
        ),
        broken=(Counted("expirou", "12"),),
        stuck=(StuckLine(url="#", name="Casa Aurora", count="37", age="9 min"),),
    )
