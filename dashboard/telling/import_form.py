"""Importação's form in words: what would be imported, and what that would cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from connector.account.deal_lists import Trouble
from connector.account.field_lists import FieldLists
from connector.account.toggles import Toggle
from connector.domain import orders, products
from connector.domain.events import Kind, Reason
from connector.store.connections import Account
from connector.store.runs import Run
from connector.sync.runs.forecast import Forecast
from connector.sync.runs.importing import KINDS
from connector.sync.runs.slices import Asked
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.telling import runs, words
from dashboard.telling.asked import LARGEST_ID
from dashboard.telling.imports import refusal, skips
from dashboard.telling.order_lists import order_parts
from dashboard.telling.run_titles import PATH, url
from dashboard.telling.ticks import ticks
from dashboard.views import imports as view
from dashboard.views.parts import Action, Choice
from dashboard.views.ticks import Part

#: Options that an import of a kind goes by: the one that makes records, the one that changes them.
_OPTIONS: dict[Kind, tuple[Toggle, Toggle]] = {
    Kind.PRODUCT: (Toggle.PRODUCT_CREATE, Toggle.PRODUCT_UPDATE),
    Kind.ORDER: (Toggle.ORDER_CREATE, Toggle.ORDER_UPDATE),
}
#: What a form's list may hold: longer ones are sent by programs.
MOST_TICKED, LONGEST = 200, 64
#: A situation of products.
ACTIVE, INACTIVE = "A", "I"
#: Why a list is not as fresh as it might be.
SILENT = frozenset({Trouble.AWAY, Trouble.REFUSED})


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """The form's fields as they were typed."""

    tipo: str = ""
    desde: str = ""
    conta: str = ""
    automacoes: str = ""
    #: Of products one letter, of orders Bling's ids.
    situacao: tuple[str, ...] = ()
    categoria: tuple[str, ...] = ()
    loja: tuple[str, ...] = ()
    vendedor: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """Products unless another importable kind is named."""
        return Kind(self.tipo) if self.tipo in KINDS else Kind.PRODUCT

    @property
    def ticked(self) -> dict[str, tuple[str, ...]]:
        """What is ticked in the lists of the kind."""
        parts = {Kind.PRODUCT: ("categoria",), Kind.ORDER: ("situacao", "loja", "vendedor")}
        return {name: getattr(self, name) for name in parts.get(self.kind, ())}

    def url(self, **more: str) -> str:
        """Importação with this typed in."""
        query = {name: value for name, value in (msgspec.structs.asdict(self) | more).items() if value}
        return f"{PATH}?{urlencode(query, doseq=True)}"


def typed_of(items: Iterable[tuple[str, object]]) -> Typed:
    """The fields of a form or an address; what the form does not have, or nobody can mean, is left out."""
    sent = [(name, one.replace("\0", "").strip()) for name, one in items if isinstance(one, str)]
    first = {name: value[:LONGEST] for name, value in reversed(sent)}

    def several(name: str) -> tuple[str, ...]:
        values = [value for field, value in sent if field == name and _is_value(value)]
        return tuple(dict.fromkeys(values))[:MOST_TICKED]

    return Typed(
        tipo=first.get("tipo", ""),
        desde=first.get("desde", ""),
        conta=first.get("conta", ""),
        automacoes=first.get("automacoes", ""),
        situacao=several("situacao"),
        categoria=several("categoria"),
        loja=several("loja"),
        vendedor=several("vendedor"),
    )


def _is_value(text: str) -> bool:
    """A situation of products, or an id of Bling's."""
    if text in (ACTIVE, INACTIVE):
        return True
    return text.isascii() and text.isdecimal() and len(text) <= 19 and 0 < int(text) <= LARGEST_ID


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where the tenant stands before something is begun."""

    accounts: tuple[Account, ...]
    toggles: dict[Toggle, bool]
    #: Why nothing can be synced at this moment.
    refusal: Reason | None
    #: The newest rehearsal of the form's kind.
    rehearsal: Run | None
    #: What the form's lists are made of.
    lists: FieldLists = FieldLists()


def wish(typed: Typed, since: datetime | None) -> Asked:
    """What the form asks for; the account has been checked."""
    accounts = frozenset({UUID(typed.conta)}) if typed.conta else frozenset()
    asked = Asked(since=since, accounts=accounts)
    match typed.kind:
        case Kind.PRODUCT:
            situations = frozenset(typed.situacao) & {ACTIVE, INACTIVE}
            of_products = products.Filter(categoria=_ids(typed.categoria), situacao=situations)
            return msgspec.structs.replace(asked, products=of_products)
        case Kind.ORDER:
            of_orders = orders.Filter(
                situacao=_ids(typed.situacao), loja=_ids(typed.loja), vendedor=_ids(typed.vendedor)
            )
            return msgspec.structs.replace(asked, orders=of_orders)
        case _:
            return asked


def _ids(texts: Collection[str]) -> frozenset[int]:
    return frozenset(int(one) for one in texts if one.isdecimal())


def form(
    typed: Typed,
    standing: Standing,
    errors: Mapping[str, str],
    forecast: Forecast | None,
    silent: str = "",
) -> view.Form:
    """What would be imported, as typed; `silent` = why there is no forecast."""
    refused, kind = refusal(standing.refusal), typed.kind
    rehearsal = standing.rehearsal
    return view.Form(
        kind=kind,
        tabs=tuple(view.KindTab(words.many(one), f"{PATH}?tipo={one}", one is kind) for one in KINDS),
        since=typed.desde[:10],
        accounts=_accounts(typed, standing.accounts),
        situations=_situations(typed) if kind is Kind.PRODUCT else (),
        parts=_parts(typed, standing.lists),
        lists=_lists(kind, standing.lists),
        automations=bool(typed.automacoes),
        errors={"desde": "", "conta": "", **errors},
        skips=_skips(kind, standing.toggles),
        options_url=f"/configuracao/{'pedido' if kind is Kind.ORDER else 'produto'}",
        refused=refused,
        refused_link=Action(label=_("Ver a licença"), url="/licenca") if refused else None,
        rehearsed=_rehearsed(rehearsal),
        rehearsal=None if rehearsal is None else Action(label=_("Ver o ensaio"), url=url(rehearsal)),
        forecast=_forecast(kind, forecast) if forecast else ((silent,) if silent else ()),
    )


def _accounts(typed: Typed, accounts: Sequence[Account]) -> tuple[Choice, ...]:
    if len(accounts) < 2:
        return ()
    every = Choice("", _("Todas as empresas"), not typed.conta)
    return (every, *(Choice(str(a.id), a.name or a.company_id, typed.conta == str(a.id)) for a in accounts))


def _situations(typed: Typed) -> tuple[Choice, ...]:
    chosen = next(iter(typed.situacao), "")
    texts = (("", _("Todos")), (ACTIVE, _("Só os ativos")), (INACTIVE, _("Só os inativos")))
    return tuple(Choice(value, label, value == chosen) for value, label in texts)


def _parts(typed: Typed, lists: FieldLists) -> tuple[Part, ...]:
    match typed.kind:
        case Kind.PRODUCT:
            listed = [(one.id, one.name) for one in lists.categories]
            return (ticks("categoria", _("Categorias"), _("todas"), listed, typed.categoria),)
        case Kind.ORDER:
            return order_parts(lists.deals, typed.ticked)
        case _:
            return ()


def _lists(kind: Kind, lists: FieldLists) -> str:
    """Of when the lists are, where Bling did not tell them just now."""
    accounts = lists.deals.accounts
    match kind:
        case Kind.PRODUCT if lists.bling_trouble in SILENT:
            return _old(lists.accounts_at)
        case Kind.ORDER if silent := [one.read_at for one in accounts if one.trouble in SILENT]:
            return _old(silent[0])
        case _:
            return ""


def _old(read_at: datetime | None) -> str:
    if read_at is None:
        return _("O Bling não respondeu agora: estas listas ainda não puderam ser lidas.")
    words = {"time": formats.date_time(read_at)}
    return _("O Bling não respondeu agora: estas listas são de %(time)s.") % words


def _skips(kind: Kind, toggles: Mapping[Toggle, bool]) -> str:
    options = _OPTIONS.get(kind)
    return skips(*options, toggles, "Bitrix24") if options else ""


def _rehearsed(run: Run | None) -> str:
    if run is None:
        return _("Ainda não houve ensaio. Ele mostra o que aconteceria, sem gravar nada.")
    return _("Último ensaio: %(when)s.") % {"when": formats.date_time(run.started_at)}


def _forecast(kind: Kind, found: Forecast) -> tuple[str, ...]:
    about = formats.number(found.records)
    many = words.many(kind).lower()
    first = _("São %(count)s %(kind)s.") if found.exact else _("São cerca de %(count)s %(kind)s.")
    calls = _("Até %(bling)s chamadas ao Bling e %(bitrix24)s ao Bitrix24; cerca de %(time)s.") % {
        "bling": formats.number(found.bling_calls),
        "bitrix24": formats.number(found.bitrix24_requests),
        "time": runs.roughly(timedelta(seconds=found.seconds)),
    }
    lines = [first % {"count": about, "kind": many}, calls]
    if found.days > 1:
        lines.append(
            plural(
                "Para caber no limite diário do Bling, leva %(num)s dia.",
                "Para caber no limite diário do Bling, leva %(num)s dias.",
                found.days,
            )
        )
    return tuple(lines)
