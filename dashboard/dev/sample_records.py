"""Invented: one record in its states, held changes, limits, thirty days, the licence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from connector.domain.events import Outcome
from connector.store.rollups import DayCount
from dashboard.dev.sample_events import event_view
from dashboard.dev.sample_shell import ago
from dashboard.reader import reader
from dashboard.telling.month import month
from dashboard.views import holds, record
from dashboard.views.licence import Licence, PlanCard
from dashboard.views.month import DAYS, Month
from dashboard.views.parts import Action, Chip, Fact, Meter, Notice
from dashboard.views.remedies import Candidate, Choose


def in_step() -> record.Record:
    """Everything is as Bling says, but for one field."""
    origin = record.Origin(
        url="#", happening="Produto alterado · Bling", rule="preço", version="7", at=ago(hours=2)
    )
    return record.Record(
        title="Garrafa térmica inox 500 ml",
        kind="Produtos",
        kind_url="#",
        chip=Chip("Em dia", "ok"),
        facts=("SKU GAR-INX-500", "Bling 16082340917", "Bitrix24 5126"),
        notice=None,
        links=(Action(label="Ver no Bling", url="#"), Action(label="Ver no Bitrix24", url="#")),
        again=Action(label="Sincronizar agora", url="#", icon="rotate-ccw", posts=True),
        fields=(
            _field("Preço", "price", "89.9", "R$ 89,90", origin=origin),
            _field("Marca", "property118", "", "Aurora", in_step=False),
        ),
        unwritten=False,
        differing="1 campo difere",
        events=event_view(failed=False).earlier,
        events_url="#",
    )


def ambiguous() -> record.Record:
    """Two products have its SKU, and none is its own yet."""
    notice = Notice(
        tone="need",
        fact="Mais de um produto do Bitrix24 tem este SKU.",
        next_step="Escolha qual deles é este, ou crie um novo.",
        action=Action(label="Escolher o produto", url="#escolher"),
    )
    return msgspec.structs.replace(
        in_step(),
        chip=Chip("Precisa de você", "need"),
        notice=notice,
        again=None,
        fields=(),
        unwritten=True,
        differing="",
    )


def wrong() -> record.Record:
    """A value that does not fit, to be corrected in Bling."""
    notice = Notice(
        tone="need",
        fact="Um valor do Bling não cabe no campo do Bitrix24: Preço: o valor 1e13 é grande demais.",
        next_step="Corrija o valor no Bling. A mudança chega sozinha.",
        action=Action(label="Corrigir no Bling", url="#", outside=True),
    )
    return msgspec.structs.replace(ambiguous(), notice=notice)


def choice() -> Choose:
    """One may be taken over, one not."""
    rows = (
        Candidate(bitrix_id="5126", name="Garrafa térmica 500 ml", facts="R$ 84,90, ativo", why_not=""),
        Candidate(bitrix_id="5127", name="Garrafa antiga", facts="sem preço", why_not="já é o par de outro"),
    )
    return Choose(url="#", rows=rows, error="Este produto já tem outro par.", editable=True)


def compared() -> record.Sides:
    """Both sides as they are now."""
    return record.Sides(
        url="#",
        at=ago(seconds=4),
        lines=(
            record.SideLine(name="Preço", bling="R$ 89,90", bitrix24="R$ 89,90", chip=Chip("igual", "ok")),
            record.SideLine(name="Marca", bling="Aurora", bitrix24="", chip=Chip("difere", "wait")),
        ),
        chip=Chip("difere", "wait"),
        said="Foi editado no Bitrix24.",
    )


def _field(
    title: str,
    name: str,
    bling: str,
    bitrix24: str,
    *,
    in_step: bool = True,
    kept: bool = False,
    origin: record.Origin | None = None,
) -> record.FieldLine:
    return record.FieldLine(
        bitrix24=title,
        bitrix24_name=name,
        bling=title,
        bling_name=title.lower(),
        bling_value=bling,
        bitrix24_value=bitrix24,
        in_step=in_step,
        kept=kept,
        origin=origin,
    )


def held() -> holds.Holds:
    """One incident to be decided, one that is over."""
    return holds.Holds(
        sentence="1 mudança espera a sua decisão.",
        open=(
            holds.Incident(
                id="1",
                title="Preços que iriam a zero",
                sentence="3 produtos teriam preço zero em poucos minutos.",
                facts=("origem: Bling", "conta Matriz"),
                opened_at=ago(minutes=12),
                rows=(_held("Garrafa térmica inox 500 ml", "R$ 89,90", "R$ 0,00"),),
                more="e mais 2",
                written=(_held("Pote hermético 1,2 L", "R$ 54,90", "R$ 0,00", Chip("Atualizado", "ok")),),
                release="Liberar os 3",
                discard="Descartar os 3",
            ),
        ),
        decided=(
            holds.Decided(
                title="Desativações em massa",
                count="40 produtos",
                chip=Chip("Descartado"),
                who="Helena Martins",
                at=ago(days=2),
            ),
        ),
        may_decide=True,
        said="Liberado",
        refused="Já foi decidido por outra pessoa.",
    )


def nothing_held() -> holds.Holds:
    """All quiet."""
    return holds.Holds(sentence="Nada espera.", open=(), decided=(), may_decide=False, said="", refused="")


def _held(label: str, before: str, after: str, chip: Chip | None = None) -> holds.HeldChange:
    return holds.HeldChange(
        url="#", label=label, key="GAR-INX-500", field="Preço", before=before, after=after, chip=chip
    )


def limits() -> holds.Protection:
    """One number is wrong, one limit off."""
    most = holds.NumberField(name="most", label="a partir de", value="0", unit="produtos", least=1, most=9999)
    wrong = msgspec.structs.replace(most, name="share", error="Escreva um número de 1 a 100.")
    return holds.Protection(
        rows=(
            holds.LimitRow(
                name="zero", label="Preços a zero", hint="Param aqui.", on=True, fields=(most, wrong)
            ),
            holds.LimitRow(name="off", label="Desativações", hint="Param aqui.", on=False, fields=()),
        ),
        editable=True,
        saved="",
        wrong=True,
    )


def thirty_days(*, empty: bool = False) -> Month:
    """Weekdays with changes, some failures, one slow day."""
    return month(() if empty else _days(), reader().now.date())


def _days() -> Iterable[DayCount]:
    today = reader().now.date()
    for back in range(DAYS):
        day = today - timedelta(days=back)
        if day.weekday() < 5:
            slow = 13 if back == 9 else 8 + back % 2
            yield DayCount(day, Outcome.UPDATED, slow, 180 + 37 * (back % 7))
            yield DayCount(day, Outcome.CREATED, 9, 20 + back % 5)
            yield DayCount(day, Outcome.FAILED, 9, back % 3)


def licence() -> Licence:
    """Suspended: changes wait, plans are offered."""
    plans = (
        ("Essencial", "R$ 49", False, ""),
        ("Profissional", "R$ 99", True, ""),
        ("Escala", "R$ 249", False, "x"),
    )
    return Licence(
        sentence="O último pagamento não passou.",
        chip=Chip("Suspensa", "need"),
        next=("Nada sincroniza até o pagamento.", "Pague para liberar o que espera."),
        held=(Fact("Produtos", "37"), Fact("Pedidos", "4")),
        held_since="desde 20/11/2026",
        held_ends="20/12/2026",
        month="novembro",
        turns="01/12/2026",
        meters=(Meter("Sincronizados", "4.600 de 5.000", 0.92, "wait"), Meter("Contas", "1 de 3", 0.33)),
        log="90 dias",
        plans=tuple(
            PlanCard(
                key=name,
                name=name,
                price=price,
                includes=("5.000 por mês", "1 conta Bling"),
                yours=yours,
                button=f"Assinar o {name}",
                change="A diferença é cobrada agora." if change else "",
            )
            for name, price, yours, change in plans
        ),
        has_portal=True,
        may_go_on=True,
        closed="",
        said="",
        refused="A Stripe não respondeu.",
        window_url="#",
    )
