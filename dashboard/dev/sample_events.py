"""Invented: the list of events, and one event that went well or failed."""

from __future__ import annotations

from dashboard.dev.sample_shell import CREATED, FAILED, HELD, SAME, SKIPPED, UPDATED, feed
from dashboard.views import event
from dashboard.views.events import Events, Filters, Row, Tab
from dashboard.views.parts import Action, Choice, Fact, Notice


def events_view(*, rows: bool = True) -> Events:
    """All outcomes, or a filter that finds nothing."""
    every = tuple(Choice(value, label) for value, label in (("", "todos"), ("product", "Produto")))
    return Events(
        filters=Filters(
            search="",
            outcome="",
            reason="" if rows else "create_off",
            reason_text="criação desligada",
            without_reason_url="#",
            kinds=every,
            sources=every,
            first="",
            last="2026-11-23" if rows else "",
            active=not rows,
        ),
        tabs=(
            Tab(label="Todos", url="#", tone="", current=True),
            *(
                Tab(label=chip.label, url="#", tone=chip.tone, current=False)
                for chip in (CREATED, UPDATED, SAME, SKIPPED, HELD, FAILED)
            ),
        ),
        rows=tuple(
            Row(
                id=str(index),
                url=item.url,
                at=item.at,
                icon=item.icon,
                label=item.label,
                key=item.key,
                happening="Produto alterado",
                source="Bling",
                chip=item.chip,
                detail=item.detail,
                took="0,50 s",
            )
            for index, item in enumerate(feed())
            if rows
        ),
        matches=(),
        said="",
        replay=Action(label="Reprocessar os 37 eventos deste filtro", url="#", icon="rotate-ccw")
        if rows
        else None,
        searched="",
        same_url="",
        newer_url="/dev/components/novos",
        older="#" if rows else "",
        newer="",
        newest_url="/dev/components/eventos",
        first_page=True,
    )


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
CHANGES = (
    ("Nome", "name", "Garrafa Termica Inox 500ml", "Garrafa térmica inox 500 ml"),
    ("Preço", "price", "R$ 84,90", "R$ 89,90"),
    ("Ativo", "active", "", "Sim"),
)


def event_view(*, failed: bool) -> event.Event:
    """An update, carried out or refused."""
    last = event.Step(title="Concluído", text="Atualizado às 14:05:12,302", since="+12 ms", state="ok")
    wrong = event.Step(
        title="Não gravado", text="O Bitrix24 recusou a gravação.", since="+12 ms", state="need"
    )
    cause = Notice(
        tone="need",
        fact="O Bitrix24 recusou a gravação.",
        next_step="Veja a resposta nas chamadas abaixo, corrija e reprocesse.",
    )
    return event.Event(
        id="01945027-150e-72b4-e7cf-4943a042cd02",
        url="/dev/components/evento",
        title="Garrafa térmica inox 500 ml",
        happening="Produto alterado",
        chip=FAILED if failed else UPDATED,
        facts=("SKU GAR-INX-500", "Conta Matriz", "Recebido em 23/11/2026 14:05:11"),
        notice=cause if failed else None,
        steps=(
            *(event.Step(title=title, text=text, since=since, state="done") for title, text, since in STEPS),
            wrong if failed else last,
        ),
        total="0,50 s",
        under_way=False,
        changes=()
        if failed
        else tuple(
            event.Change(
                field=field, name=name, before=before, after=after, rule=field, version="7", locked=True
            )
            for field, name, before, after in CHANGES
        ),
        where="no Bitrix24",
        no_change="Nada mudou no Bitrix24.",
        rows=None,
        links=(Action(label="Ver no Bling", url="#"),),
        calls=(
            event.Call(
                short="Bl",
                method="GET /produtos/16082340917",
                commands="",
                status="200",
                failed=False,
                took="142 ms",
                error="",
            ),
            event.Call(
                short="B24",
                method="batch",
                commands="30 comandos",
                status="400" if failed else "200",
                failed=failed,
                took="231 ms",
                error="ERROR_CORE: campo obrigatório “Seção” não preenchido" if failed else "",
            ),
        ),
        payload=event.Payload(text=PAYLOAD, size="519 bytes"),
        earlier=tuple(
            event.Earlier(
                url=item.url,
                at=item.at,
                happening="Produto alterado",
                source="Bling",
                chip=item.chip,
                detail=item.detail,
            )
            for item in feed()[:3]
        ),
        earlier_url="#",
        record_url="#",
        replayable=True,
    )


SIMULATION = event.Simulation(
    sentence="Reprocessar agora gravaria isto no Bitrix24.",
    writes=(
        event.Write(
            method="catalog.product.update",
            values=(Fact("id", "5126"), Fact("name", "Garrafa térmica inox 500 ml"), Fact("active", "Y")),
        ),
    ),
)
