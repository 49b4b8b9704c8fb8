"""Sellers, channels and situations to choose from, and what was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from connector.bitrix24.crm_setup import Choice as Named
from dashboard.reader import _, plural
from dashboard.telling import order_form
from dashboard.telling.order_form import Wish
from dashboard.telling.order_known import Known
from dashboard.views.order import Pair, Part, Table
from dashboard.views.parts import Choice


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
    accounts = known.lists.accounts
    situations = [Named(str(one.id), one.name) for one in known.lists.situations]
    texts = (
        ("situacao", _("Situações"), _("todas"), situations),
        ("loja", _("Canais de venda"), _("todos"), _listed(one.channels for one in accounts)),
        ("vendedor", _("Vendedores"), _("todos"), _listed(one.sellers for one in accounts)),
    )
    return tuple(_part(name, title, every, there, wish) for name, title, every, there in texts)


def _part(name: str, title: str, every: str, there: Sequence[Named], wish: Wish) -> Part:
    chosen = {str(one): "x" for one in wish.parts.get(name, [])}
    listed = _with_chosen(there, chosen)
    some = _("%(chosen)s de %(all)s") % {"chosen": len(chosen), "all": len(listed)}
    return Part(
        name=name,
        title=title,
        chosen=some if chosen else every,
        choices=tuple(Choice(one.id, one.name, one.id in chosen) for one in listed),
        empty=_("Esta lista está vazia, ou ainda não pôde ser lida."),
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
