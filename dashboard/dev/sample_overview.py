"""Invented: the overview when all is well, and on the first day."""

from __future__ import annotations

from dashboard.dev.sample_shell import ago, feed
from dashboard.reader import reader
from dashboard.views import chart, overview
from dashboard.views.parts import Action, Chip, Fact, Meter

SHAPE = (
    *(61, 66, 58, 72, 80, 77, 64, 52, 41, 36, 30, 26, 22, 18, 14, 9, 7, 5, 3, 2, 2, 1, 1, 2, 1, 1, 2, 3, 2),
    *(3, 4, 7, 12, 19, 31, 44, 62, 71, 78, 84, 96, 88, 81, 69, 57, 49, 63, 38),
)


def side(name: str, chip: Chip) -> overview.Side:
    """One end of the bridge."""
    if name == "Bling ERP":
        facts = (Fact("Contas", "Matriz e Filial Curitiba"), Fact("Desde", "02/03/2026 09:14"))
        meter = Meter("Consultas hoje", "1.946 de 120.000", 0.016)
        return overview.Side(
            short="Bl", name=name, company="Casa Aurora Utilidades Ltda", chip=chip, facts=facts, meter=meter
        )
    facts = (Fact("Catálogo", "Catálogo de produtos, preço Base"), Fact("Desde", "02/03/2026 09:11"))
    return overview.Side(
        short="B24",
        name=name,
        company="aurora.bitrix24.com.br",
        chip=chip,
        facts=facts,
        meter=Meter("Tempo de operação, 10 min", "58 s de 480 s", 0.12),
    )


def slots() -> tuple[chart.Slot, ...]:
    """A day with a quiet night."""
    last = chart.floor(reader().now)
    return tuple(
        chart.Slot(
            start=last - chart.SLOT * (47 - index),
            done=count,
            held={36: 9, 37: 14, 38: 4}.get(index, 0),
            failed={12: 4, 41: 3}.get(index, 0),
        )
        for index, count in enumerate(SHAPE)
    )


FIGURES = (
    overview.Figure(name="Sincronizados hoje", value="1.284", meaning="+12 % sobre ontem"),
    overview.Figure(name="Neste mês", value="23.907", meaning="de 50.000 do plano"),
    overview.Figure(name="Taxa de sucesso", value="99,8 %", meaning="3 de 1.287 falharam"),
    overview.Figure(name="Da mudança ao Bitrix24", value="0,4 s", meaning="mediana; 99 % em até 1,6 s"),
    overview.Figure(name="Licença", value="Em teste", meaning="Profissional, até 07/12/2026"),
)


def overview_well() -> overview.Overview:
    """All is well."""
    return overview.Overview(
        sentence="Tudo em dia. O que muda no Bling chega ao Bitrix24 em segundos.",
        now=reader().now,
        steps=(),
        bling=side("Bling ERP", Chip("Conectado", "ok")),
        bitrix24=side("Bitrix24", Chip("Conectado", "ok")),
        passing=True,
        last_passed=ago(seconds=12),
        figures=FIGURES,
        chart=chart.draw(slots(), reader().now),
        states=(
            overview.StateGroup(
                name="Produtos",
                lines=(
                    overview.StateLine(count=4790, text="em dia", tone="ok", url="#"),
                    overview.StateLine(count=12, text="fora do filtro", tone="", url="#"),
                    overview.StateLine(count=10, text="precisam de você", tone="need", url="#"),
                ),
            ),
            overview.StateGroup(
                name="Pedidos",
                lines=(
                    overview.StateLine(count=212, text="em dia", tone="ok", url="#"),
                    overview.StateLine(count=4, text="aguardando", tone="wait", url="#"),
                ),
            ),
        ),
        causes=(
            overview.Cause(
                sentence="O Bitrix24 recusou a gravação.",
                count="10 produtos",
                remedy=Action(label="Ver eventos", url="/dev/components/eventos"),
            ),
        ),
        feed=feed(),
    )


def overview_first() -> overview.Overview:
    """The first day: connected, nothing ticked."""
    steps = (
        overview.Step(
            number=1,
            title="Conectar os dois lados",
            text="Bling e Bitrix24 estão conectados.",
            done=True,
            next=False,
        ),
        overview.Step(
            number=2,
            title="Ativar as opções",
            text="Escolha o que o Bling faz no Bitrix24.",
            done=False,
            next=True,
            action=Action(label="Escolher opções", url="/dev/components/produto"),
        ),
        overview.Step(
            number=3,
            title="Testar",
            text="Salve um produto no Bling e veja-o chegar aqui.",
            done=False,
            next=False,
        ),
    )
    return overview.Overview(
        sentence="Falta um passo para sincronizar.",
        now=reader().now,
        steps=steps,
        bling=side("Bling ERP", Chip("Conectado", "ok")),
        bitrix24=side("Bitrix24", Chip("Conectado", "ok")),
        passing=False,
        last_passed=None,
        figures=FIGURES,
        chart=chart.draw((), reader().now),
        states=(),
        causes=(),
        feed=(),
    )
