"""Invented views for the components page: every state that a screen can be in."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.reader import reader
from dashboard.views import chart, event, overview, product
from dashboard.views.connections import Connection, Connections
from dashboard.views.events import Events, Filters, Row, Tab
from dashboard.views.parts import Action, Chip, Choice, Fact, FeedItem, Meter, Nav, Notice, Shell

UPDATED, CREATED, SAME = Chip("Atualizado", "ok"), Chip("Criado", "ok"), Chip("Sem mudança")
HELD, FAILED, SKIPPED = Chip("Aguardando", "wait"), Chip("Falhou", "need"), Chip("Ignorado")
SHAPE = (
    *(61, 66, 58, 72, 80, 77, 64, 52, 41, 36, 30, 26, 22, 18, 14, 9, 7, 5, 3, 2, 2, 1, 1, 2, 1, 1, 2, 3, 2),
    *(3, 4, 7, 12, 19, 31, 44, 62, 71, 78, 84, 96, 88, 81, 69, 57, 49, 63, 38),
)


def shell(path: str, *notices: Notice) -> Shell:
    """The rail of an invented company."""
    inside = (
        Nav(label="Conexões", url="/dev/components/conexoes", current=path.endswith("conexoes")),
        Nav(label="Produto", url="/dev/components/produto", current=path.endswith("produto")),
    )
    return Shell(
        links=(
            Nav(label="Visão geral", url="/dev/components/visao-geral", icon="layout-dashboard", current="visao" in path),
            Nav(
                label="Configuração",
                url="/dev/components/conexoes",
                icon="sliders-horizontal",
                current=any(link.current for link in inside),
                inside=inside,
            ),
            Nav(label="Eventos", url="/dev/components/eventos", icon="activity", current="evento" in path),
        ),
        tenant="Casa Aurora",
        portal="aurora.bitrix24.com.br",
        person="Helena Martins",
        path=path,
        notices=notices,
    )


def _ago(**passed: float) -> datetime:
    return reader().now - timedelta(**passed)


FEED = (
    ("package", "Garrafa térmica inox 500 ml", "GAR-INX-500", "preço R$ 84,90 → R$ 89,90", UPDATED, 12),
    ("package", "Frigideira antiaderente 24 cm", "FRI-AN-24", "nada a gravar: já estava igual", SAME, 44),
    ("package", "Cafeteira italiana 6 xícaras", "CAF-IT-06", "produto criado, 5 campos", CREATED, 95),
    ("shopping-cart", "Pedido 4.812", "", "não sincroniza", SKIPPED, 130),
    ("package", "Jogo de facas 6 peças", "FAC-JG-06", "conexão expirada", HELD, 190),
    ("package", "Pote hermético 1,2 L", "POT-HM-12", "ativo Sim → Não", UPDATED, 400),
    ("package", "Panela de pressão 4,5 L", "PAN-PR-45", "recusado pelo Bitrix24", FAILED, 2900),
)


def feed() -> tuple[FeedItem, ...]:
    """Events of all outcomes."""
    return tuple(
        FeedItem(
            url=f"/dev/components/evento?n={index}", icon=icon, label=label, key=key, detail=detail, chip=chip,
            at=_ago(seconds=seconds),
        )
        for index, (icon, label, key, detail, chip, seconds) in enumerate(FEED)
    )  # fmt: skip


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
        short="B24", name=name, company="aurora.bitrix24.com.br", chip=chip, facts=facts,
        meter=Meter("Tempo de operação, 10 min", "58 s de 480 s", 0.12),
    )  # fmt: skip


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
        last_passed=_ago(seconds=12),
        figures=FIGURES,
        chart=chart.draw(slots(), reader().now),
        states=(
            overview.StateLine(count=4790, text="em dia", tone="ok", url="#"),
            overview.StateLine(count=12, text="fora do filtro", tone="", url="#"),
            overview.StateLine(count=10, text="precisam de você", tone="need", url="#"),
        ),
        records=4812,
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
        overview.Step(number=1, title="Conectar os dois lados", text="Bling e Bitrix24 estão conectados.", done=True, next=False),
        overview.Step(
            number=2,
            title="Ativar as opções",
            text="Escolha o que o Bling faz no Bitrix24.",
            done=False,
            next=True,
            action=Action(label="Escolher opções", url="/dev/components/produto"),
        ),
        overview.Step(number=3, title="Testar", text="Salve um produto no Bling e veja-o chegar aqui.", done=False, next=False),
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
        records=0,
        causes=(),
        feed=(),
    )


RULES = (
    ("Bling ID", "property212", "ID", "id", "Igual", "equal"),
    ("Nome", "name", "Nome", "nome", "Igual", "equal"),
    ("ID Externo", "xmlId", "Código (SKU)", "codigo", "Igual", "equal"),
    ("Preço", "price · Base", "Preço", "preco", "Dinheiro", "banknote"),
    ("Ativo", "active", "Situação", "situacao", "Sim ou não", "toggle-right"),
)
OPTIONS = (
    ("product.create", "Criação no Bling ERP cria produto no Bitrix24", True),
    ("product.update", "Alterações no Bling ERP atualizam o Bitrix24", True),
    ("product.delete", "Exclusão no Bling ERP desativa o produto no Bitrix24", False),
)


def product_view(*, editable: bool = True) -> product.Product:
    """Two of three options on."""
    return product.Product(
        options=tuple(product.Option(name=name, label=label, hint="Vale para o que mudar a partir de agora.", on=on) for name, label, on in OPTIONS),
        rules=tuple(
            product.Rule(
                bitrix24=bitrix24, bitrix24_name=field, bling=bling, bling_name=source, transform=transform,
                transform_icon=icon, policy="Bling manda", locked=True, direction="both",
            )
            for bitrix24, field, bling, source, transform, icon in RULES
        ),
        count="5 regras fixas",
        version="Versão 1",
        editable=editable,
    )  # fmt: skip


def connections_view() -> Connections:
    """One account expired."""
    return Connections(
        bling=(
            Connection(
                short="Bl", name="Bling ERP", company="Matriz", chip=Chip("Conectado", "ok"), trouble=False,
                sentence="As mudanças chegam assim que acontecem.", facts=(Fact("Desde", "02/03/2026 09:14"),),
            ),
            Connection(
                short="Bl", name="Bling ERP", company="Filial Curitiba", chip=Chip("Expirou", "need"), trouble=True,
                sentence="A conexão com o Bling expirou. Reconecte para liberar 37 alterações que estão aguardando.",
                facts=(Fact("Desde", "23/11/2026 13:58"),),
            ),
        ),
        bitrix24=Connection(
            short="B24", name="Bitrix24", company="aurora.bitrix24.com.br", chip=Chip("Conectado", "ok"), trouble=False,
            sentence="O portal recebe o que muda no Bling.", facts=(Fact("Catálogo", "nº 24, variações nº 26"),),
        ),
    )  # fmt: skip


def events_view(*, rows: bool = True) -> Events:
    """All outcomes, or a filter that finds nothing."""
    every = tuple(Choice(value, label) for value, label in (("", "todos"), ("product", "Produto")))
    return Events(
        filters=Filters(search="", outcome="", kinds=every, sources=every, active=not rows),
        tabs=(
            Tab(label="Todos", url="#", tone="", current=True),
            *(Tab(label=chip.label, url="#", tone=chip.tone, current=False) for chip in (CREATED, UPDATED, SAME, SKIPPED, HELD, FAILED)),
        ),
        rows=tuple(
            Row(
                id=str(index), url=item.url, at=item.at, icon=item.icon, label=item.label, key=item.key,
                happening="Produto alterado", source="Bling", chip=item.chip, detail=item.detail, took="0,50 s",
            )
            for index, item in enumerate(feed())
            if rows
        ),
        newer_url="/dev/components/novos",
        older="#" if rows else "",
        newest="",
        clear_url="/dev/components/eventos",
        first_page=True,
    )  # fmt: skip


STEPS = (
    ("Recebido", "Aviso do Bling às 14:05:11,802", "0 ms"),
    ("Verificado", "Assinatura confere. Guardado antes de responder.", "+3 ms"),
    ("Liberado", "Licença ativa, conexões em ordem.", "+104 ms"),
    ("Planejado", "2 campos mudam.", "+1 ms"),
    ("Gravado no Bitrix24", "1 chamada, em lote com outros registros.", "+238 ms"),
)
PAYLOAD = """{
  "eventId": "01945027-150e-72b4-e7cf-4943a042cd02",
  "date": "2026-11-23T17:05:11Z",
  "event": "product.updated",
  "data": {"id": 16082340917, "nome": "Garrafa térmica inox 500 ml", "codigo": "GAR-INX-500", "preco": 89.9}
}"""
CHANGES = (("Nome", "name", "Garrafa Termica Inox 500ml", "Garrafa térmica inox 500 ml"), ("Preço", "price", "R$ 84,90", "R$ 89,90"), ("Ativo", "active", "", "Sim"))


def event_view(*, failed: bool) -> event.Event:
    """An update, carried out or refused."""
    last = event.Step(title="Concluído", text="Atualizado às 14:05:12,302", since="+12 ms", state="ok")
    wrong = event.Step(title="Não gravado", text="O Bitrix24 recusou a gravação.", since="+12 ms", state="need")
    cause = Notice(
        tone="need", fact="O Bitrix24 recusou a gravação.", next_step="Veja a resposta nas chamadas abaixo, corrija e reprocesse."
    )
    return event.Event(
        id="01945027-150e-72b4-e7cf-4943a042cd02",
        url="/dev/components/evento",
        title="Garrafa térmica inox 500 ml",
        happening="Produto alterado",
        chip=FAILED if failed else UPDATED,
        facts=("SKU GAR-INX-500", "Conta Matriz", "Recebido em 23/11/2026 14:05:11"),
        notice=cause if failed else None,
        links=(Action(label="Bling", url="#"), Action(label="Bitrix24", url="#")),
        steps=(
            *(event.Step(title=title, text=text, since=since, state="done") for title, text, since in STEPS),
            wrong if failed else last,
        ),
        total="0,50 s",
        under_way=False,
        changes=()
        if failed
        else tuple(
            event.Change(field=field, name=name, before=before, after=after, rule=field, version="7", locked=True)
            for field, name, before, after in CHANGES
        ),
        no_change="Nada mudou no Bitrix24.",
        calls=(
            event.Call(short="Bl", method="GET /produtos/16082340917", commands="", status="200", failed=False, took="142 ms", error=""),
            event.Call(
                short="B24", method="batch", commands="30 comandos", status="400" if failed else "200", failed=failed, took="231 ms",
                error="ERROR_CORE: campo obrigatório “Seção” não preenchido" if failed else "",
            ),
        ),
        payload=event.Payload(text=PAYLOAD, size="519 bytes"),
        earlier=tuple(
            event.Earlier(url=item.url, at=item.at, happening="Produto alterado", source="Bling", chip=item.chip, detail=item.detail)
            for item in feed()[:3]
        ),
        earlier_url="#",
        replayable=True,
    )  # fmt: skip


SIMULATION = event.Simulation(
    sentence="Reprocessar agora gravaria isto no Bitrix24.",
    writes=(
        event.Write(
            method="catalog.product.update",
            values=(Fact("id", "5126"), Fact("name", "Garrafa térmica inox 500 ml"), Fact("active", "Y")),
        ),
    ),
)
