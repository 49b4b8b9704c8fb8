"""What a run is about, in a line: which records, narrowed by what; and where its page is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from connector.account.field_lists import FieldLists
from connector.bitrix24.fields import SECTION_FIELD
from connector.domain.events import Kind
from connector.domain.runs import Task
from connector.store.runs import Run
from connector.sync.runs import exporting, importing, rehearsing
from connector.sync.runs.slices import Asked
from dashboard import formats
from dashboard.reader import N_, _, plural

PATH = "/importacao"
#: Where the runs of each task stand.
PATHS = {
    Task.IMPORT: PATH,
    Task.REHEARSAL: f"{PATH}/ensaios",
    Task.EXPORT: f"{PATH}/exportacoes",
}

_ALL = {
    Kind.PRODUCT: N_("Todos os produtos"),
    Kind.ORDER: N_("Todos os pedidos"),
    Kind.CONTACT: N_("Todos os contatos"),
}
_SINCE = {
    Kind.PRODUCT: N_("Produtos alterados desde %(date)s"),
    Kind.ORDER: N_("Pedidos alterados desde %(date)s"),
    Kind.CONTACT: N_("Contatos alterados desde %(date)s"),
}
#: What an import is narrowed by, one and several of it.
_NARROWED: dict[str, tuple[str, Callable[[int], str]]] = {
    "categoria": (
        N_("categoria %(name)s"),
        lambda count: plural("%(num)s categoria", "%(num)s categorias", count),
    ),
    "situacao": (
        N_("situação %(name)s"),
        lambda count: plural("%(num)s situação", "%(num)s situações", count),
    ),
    "loja": (
        N_("canal %(name)s"),
        lambda count: plural("%(num)s canal", "%(num)s canais", count),
    ),
    "vendedor": (
        N_("vendedor %(name)s"),
        lambda count: plural("%(num)s vendedor", "%(num)s vendedores", count),
    ),
}
#: Products by one situation, and by one type.
_SITUATIONS = {"A": N_("só ativos"), "I": N_("só inativos")}
_TYPES = {"P": N_("só produtos"), "S": N_("só serviços")}


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What runs are told with."""

    now: datetime
    #: Names of Bling's accounts, and of people, by id.
    accounts: dict[UUID, str]
    people: dict[UUID, str]
    may_change: bool
    #: Names of what can narrow a run, by the part of the filter and the id.
    names: Mapping[str, Mapping[str, str]] = {}


def url(run: Run) -> str:
    """The run's own page."""
    return f"{PATHS[run.task]}/{run.id}"


def asked_of(run: Run) -> Asked:
    """What an import or a rehearsal was asked for."""
    if run.task is Task.REHEARSAL:
        return msgspec.json.decode(run.wish, type=rehearsing.Wish).asked
    return msgspec.json.decode(run.wish, type=importing.Wish).asked


def title(run: Run, known: Known) -> str:
    """`Produtos alterados desde 01/11/2026, Matriz`; what is no import says so."""
    match run.task:
        case Task.EXPORT:
            return _("Exportação: %(what)s") % {"what": _exported(run, known)}
        case Task.REHEARSAL:
            return _("Ensaio: %(what)s") % {"what": _imported(run, known)}
        case _:
            return _imported(run, known)


def names_of(lists: FieldLists) -> dict[str, dict[str, str]]:
    """Names by the part of the filter, from the lists that are kept."""
    accounts, portal = lists.deals.accounts, lists.portal
    fields = portal.product if portal is not None else ()
    sections = next((one.options for one in fields if one.name == SECTION_FIELD), ())
    return {
        "categoria": {one.id: one.name for one in lists.categories},
        "situacao": {str(one.id): one.name for one in lists.deals.situations},
        "loja": {one.id: one.name for account in accounts for one in account.channels},
        "vendedor": {one.id: one.name for account in accounts for one in account.sellers},
        "secao": {one.id: one.name for one in sections},
    }


def is_named(run: Run) -> bool:
    """Whether its title names something that only the lists can name."""
    if run.task is Task.EXPORT:
        return bool(_wish(run).section)
    asked = asked_of(run)
    return bool(asked.products.categoria or asked.orders != type(asked.orders)())


def _imported(run: Run, known: Known) -> str:
    asked = asked_of(run)
    parts = [_(_ALL[run.kind]) if asked.since is None else _since(run.kind, asked.since)]
    parts += _narrowed(asked, known)
    parts += sorted(known.accounts.get(one, "") for one in asked.accounts)
    return ", ".join(part for part in parts if part)


def _narrowed(asked: Asked, known: Known) -> Iterator[str]:
    products, orders = asked.products, asked.orders
    yield from _few(products.tipo, _TYPES)
    yield from _few(products.situacao, _SITUATIONS)
    if orders.since is not None:
        yield _("de %(date)s em diante") % {"date": formats.day(orders.since.isoformat())}
    for part, ids in (
        ("categoria", products.categoria),
        ("situacao", orders.situacao),
        ("loja", orders.loja),
        ("vendedor", orders.vendedor),
    ):
        if ids:
            yield _some(part, ids, known)


def _few(values: Collection[str], words: Mapping[str, str]) -> Iterator[str]:
    """In words where it is one that has some."""
    if values:
        found = [_(words[one]) if one in words and len(values) == 1 else one for one in sorted(values)]
        yield "/".join(found)


def _some(part: str, ids: Collection[int], known: Known) -> str:
    one, several = _NARROWED[part]
    if len(ids) > 1:
        return several(len(ids))
    number = str(min(ids))
    return _(one) % {"name": known.names.get(part, {}).get(number, number)}


def _exported(run: Run, known: Known) -> str:
    wish = _wish(run)
    parts = []
    if wish.chosen:
        parts.append(plural("%(num)s produto escolhido", "%(num)s produtos escolhidos", len(wish.chosen)))
    elif wish.section:
        number = str(wish.section)
        name = known.names.get("secao", {}).get(number, number)
        parts.append(_("Produtos da seção %(name)s") % {"name": name})
    elif wish.since is not None:
        parts.append(_since(run.kind, wish.since))
    else:
        parts.append(_(_ALL[run.kind]))
    if wish.since is not None and (wish.chosen or wish.section):
        parts.append(_("alterados desde %(date)s") % {"date": formats.date(wish.since)})
    if wish.new_only:
        parts.append(_("só os que faltam no Bling"))
    return ", ".join(parts)


def _wish(run: Run) -> exporting.Wish:
    return msgspec.json.decode(run.wish, type=exporting.Wish)


def _since(kind: Kind, moment: datetime) -> str:
    return _(_SINCE[kind]) % {"date": formats.date(moment)}
