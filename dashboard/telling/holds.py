"""Retidos and Proteção in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from connector.domain.guard_rail import Cause, Limits, Side
from connector.store.holds import Hold, HoldState, Item
from dashboard.reader import N_, _, plural
from dashboard.telling import changes
from dashboard.telling.reasons import HOLDS_PAGE
from dashboard.telling.rules import bitrix24_name
from dashboard.views import holds as view
from dashboard.views.parts import Chip, Tone

#: Where people decide, and where they set the limits.
PATH, SETTINGS = HOLDS_PAGE, "/configuracao/protecao"

_TITLES = {
    Cause.PRICE_ZERO: N_("Preços que iriam a zero"),
    Cause.PRICE_JUMP: N_("Preços que mudariam muito"),
    Cause.DEACTIVATED: N_("Produtos que seriam desativados"),
}
_SIDES = {Side.BITRIX24: "Bitrix24", Side.BLING: "Bling"}
_ANY_RUN = N_("Importação ou conferência")
_RUNS = {
    "": N_("Mudanças ao vivo"),
    "mapping": N_("Mapeamento aplicado ao que já existia"),
    "hold": N_("Mudanças liberadas que ficaram diferentes"),
}
_STATES: dict[HoldState, tuple[str, Tone]] = {
    HoldState.APPROVED: (N_("Liberada"), "ok"),
    HoldState.DISCARDED: (N_("Descartada"), ""),
    HoldState.OVER: (N_("Resolvida no Bling"), "ok"),
}
_ROWS = {
    Cause.PRICE_ZERO: (N_("Preço a zero"), N_("Um preço que some costuma ser engano de planilha.")),
    Cause.PRICE_JUMP: (
        N_("Preço fora de proporção"),
        N_("Uma vírgula no lugar errado muda tudo de uma vez."),
    ),
    Cause.DEACTIVATED: (N_("Desativação"), N_("Produtos excluídos ou inativados no Bling.")),
}


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """An open incident with the records that are shown of it."""

    hold: Hold
    held: Sequence[Item]
    written: Sequence[Item]


def holds(
    stories: Sequence[Story], decided: Sequence[Hold], *, may_decide: bool, said: str, refused: str
) -> view.Holds:
    """The whole screen."""
    return view.Holds(
        sentence=_sentence(stories),
        open=tuple(map(_incident, stories)),
        decided=tuple(map(_decided, decided)),
        may_decide=may_decide,
        said=said,
        refused=refused,
    )


def decision(state: str) -> str:
    """What was done with an incident just now; empty for nothing."""
    match state:
        case HoldState.APPROVED:
            return _("Liberado. As mudanças estão sendo gravadas.")
        case HoldState.DISCARDED:
            return _("Descartado. Nada foi gravado.")
        case _:
            return ""


def protection(
    shown: Mapping[str, str], errors: Mapping[str, str], *, editable: bool, saved: str
) -> view.Protection:
    """The form as it was saved or typed (`form_of`), with what is wrong with it."""
    return view.Protection(
        rows=tuple(_limit(cause, shown, errors) for cause in Cause),
        editable=editable,
        saved=saved,
        wrong=bool(errors),
    )


def form_of(limits: Limits) -> dict[str, str]:
    """The form's values, by the names of its fields; what is off is not there."""
    values = {f"{cause}.records": str(limits.of(cause).records) for cause in Cause}
    jump = limits.price_jump
    values |= {f"{Cause.PRICE_JUMP}.below": str(jump.below), f"{Cause.PRICE_JUMP}.above": str(jump.above)}
    return values | {f"{cause}.on": "yes" for cause in Cause if limits.of(cause).on}


def _sentence(stories: Sequence[Story]) -> str:
    waiting = sum(one.hold.records for one in stories)
    if not waiting:
        return _("Nada retido. Quando muitos registros mudarem de um jeito fora do comum, eles esperam aqui.")
    return plural(
        "%(num)s mudança espera a sua decisão. Nada se perde enquanto isso.",
        "%(num)s mudanças esperam a sua decisão. Nada se perde enquanto isso.",
        waiting,
    )


def _incident(story: Story) -> view.Incident:
    hold = story.hold
    rest = hold.records - len(story.held)
    count = plural("%(num)s produto", "%(num)s produtos", hold.records)
    return view.Incident(
        id=str(hold.id),
        title=_(_TITLES[hold.cause]),
        sentence=_what(hold),
        facts=(count, _run(hold.run), _("Grava no %(side)s") % {"side": _SIDES[hold.side]}),
        opened_at=hold.opened_at,
        rows=tuple(change for one in story.held for change in _changes(one)),
        more=plural("e mais %(num)s produto", "e mais %(num)s produtos", rest) if rest > 0 else "",
        written=tuple(change for one in story.written for change in _changes(one, _now(one))),
        release=plural("Liberar %(num)s mudança", "Liberar %(num)s mudanças", hold.records),
        discard=plural("Descartar %(num)s mudança", "Descartar %(num)s mudanças", hold.records),
    )


def _what(hold: Hold) -> str:
    match hold.cause:
        case Cause.PRICE_ZERO:
            text = _("Estes preços iriam a zero no %(side)s. Seguramos antes de gravar.")
        case Cause.PRICE_JUMP:
            text = _("Estes preços mudariam muito no %(side)s. Seguramos antes de gravar.")
        case Cause.DEACTIVATED:
            text = _("Estes produtos ficariam inativos no %(side)s. Seguramos antes de gravar.")
    return text % {"side": _SIDES[hold.side]}


def _run(run: str) -> str:
    word = run.partition(":")[0]
    return _(_RUNS.get(word, _ANY_RUN))


def _changes(item: Item, chip: Chip | None = None) -> list[view.HeldChange]:
    key = item.record
    return [
        view.HeldChange(
            url=f"/registros/{key.kind}/{key.bling_id}" if key.bling_id > 0 else "",
            label=item.label,
            key=item.sku or str(max(key.bling_id, 0) or ""),
            field=bitrix24_name(one.field),
            before=changes.written(one.field, one.before),
            after=changes.written(one.field, one.after),
            chip=chip,
        )
        for one in item.suspicions
    ]


def _now(item: Item) -> Chip:
    """Whether what was written is still so."""
    still = any(item.written.get(one.field, one.after) == one.after for one in item.suspicions)
    return Chip(_("Gravado"), "wait") if still else Chip(_("Já corrigido"), "ok")


def _decided(hold: Hold) -> view.Decided:
    label, tone = _STATES[hold.state]
    return view.Decided(
        title=_(_TITLES[hold.cause]),
        count=plural("%(num)s produto", "%(num)s produtos", hold.records) if hold.records else "",
        chip=Chip(_(label), tone),
        who=hold.decided_by or "",
        at=hold.decided_at or hold.opened_at,
    )


def _limit(cause: Cause, shown: Mapping[str, str], errors: Mapping[str, str]) -> view.LimitRow:
    label, hint = _ROWS[cause]
    numbers = [("records", _("A partir de"), _("produtos"), 2, 100_000)]
    if cause is Cause.PRICE_JUMP:
        numbers += [
            ("below", _("Novo preço abaixo de"), _("por cento do anterior"), 1, 99),
            ("above", _("Novo preço acima de"), _("por cento do anterior"), 101, 100_000),
        ]
    return view.LimitRow(
        name=cause.value,
        label=_(label),
        hint=_(hint),
        on=f"{cause}.on" in shown,
        fields=tuple(
            view.NumberField(
                name=f"{cause}.{name}",
                label=text,
                value=shown.get(f"{cause}.{name}", ""),
                unit=unit,
                least=least,
                most=most,
                error=errors.get(f"{cause}.{name}", ""),
            )
            for name, text, unit, least, most in numbers
        ),
    )
