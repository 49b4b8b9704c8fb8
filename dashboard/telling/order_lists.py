"""Sellers, channels and situations to choose from, and what was chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from connector.account.deal_lists import DealLists
from connector.bitrix24.crm_setup import Choice as Named
from dashboard.reader import _, plural
from dashboard.telling import order_form
from dashboard.telling.order_form import Wish
from dashboard.telling.order_known import Known
from dashboard.telling.ticks import ticks
from dashboard.views.order import Pair, Table
from dashboard.views.parts import Choice
from dashboard.views.ticks import Part


def tables(known: Known, wish: Wish) -> tuple[Table, ...]:
    """Seller → responsible and channel → source, where no other rule writes those."""
    places, accounts = known.lists.places, known.lists.accounts
    sellers = Table(
        name="responsavel",
        title=_("Vendedor → responsável"),
        meaning=_("Sem escolha, o responsável fica como o Bitrix24 o define."),
        empty=_("Nenhum vendedor por aqui."),
        count="",
        pairs=(),
    )
    channels = Table(
        name="origem",
        title=_("Canal de venda → origem"),
        meaning=_("Sem escolha, a origem do negócio fica vazia."),
        empty=_("Nenhum canal de venda por aqui."),
        count="",
        pairs=(),
    )
    found = (
        _filled(sellers, _listed(one.sellers for one in accounts), places.users if places else (), wish),
        _filled(channels, _listed(one.channels for one in accounts), places.sources if places else (), wish),
    )
    return tuple(one for one in found if order_form.table_of(known.order, one.name) is not None)


def parts(known: Known, wish: Wish) -> tuple[Part, ...]:
    """What may be ticked so that only that takes part."""
    return order_parts(known.lists, {name: list(map(str, ids)) for name, ids in wish.parts.items()})


def order_parts(lists: DealLists, chosen: Mapping[str, Collection[str]]) -> tuple[Part, ...]:
    """Situations, channels and sellers of all accounts; `chosen` = what is ticked, by the part's name."""
    situations = [Named(str(one.id), one.name) for one in lists.situations]
    texts = (
        ("situacao", _("Situações"), _("todas"), situations),
        ("loja", _("Canais de venda"), _("todos"), _listed(one.channels for one in lists.accounts)),
        ("vendedor", _("Vendedores"), _("todos"), _listed(one.sellers for one in lists.accounts)),
    )
    return tuple(
        ticks(name, title, every, [(one.id, one.name) for one in there], chosen.get(name, ()))
        for name, title, every, there in texts
    )


def _filled(table: Table, theirs: Sequence[Named], targets: Sequence[Named], wish: Wish) -> Table:
    chosen = {key: value for key, value in wish.tables[table.name].items() if value}
    if not targets and not chosen:
        return msgspec.structs.replace(table, empty=_("O Bitrix24 não deixa a Ponte ver esta lista."))
    return msgspec.structs.replace(
        table,
        count=plural("%(num)s definido", "%(num)s definidos", len(chosen)) if chosen else "",
        pairs=tuple(_pair(one, targets, chosen.get(one.id, "")) for one in _with_chosen(theirs, chosen)),
    )


def _pair(one: Named, targets: Sequence[Named], chosen: str) -> Pair:
    """Somebody who left the portal still stands where he was chosen."""
    known = [Choice(target.id, target.name, target.id == chosen) for target in targets]
    gone = [Choice(chosen, chosen, chosen=True)] if chosen and not any(it.chosen for it in known) else []
    return Pair(id=one.id, name=one.name, choices=(Choice("", _("sem escolha"), not chosen), *known, *gone))


def _listed(lists: Iterable[Sequence[Named]]) -> list[Named]:
    return list({one.id: one for each in lists for one in each}.values())


def _with_chosen(there: Sequence[Named], table: Mapping[str, str]) -> list[Named]:
    """What was chosen once stands in the list though Bling does not name it any more."""
    known = {one.id for one in there}
    return [*there, *(Named(key, key) for key, value in table.items() if value and key not in known)]
