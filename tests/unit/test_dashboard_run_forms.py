"""The forms of imports and exports: what was typed, what is asked for, how old lists are, what is told."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.account.deal_lists import AccountLists, DealLists, Trouble
from connector.account.field_lists import FieldLists
from connector.account.toggles import Toggle
from connector.domain import orders, products
from connector.domain.events import Kind
from connector.domain.fields import Option
from connector.domain.runs import RunState, Task
from connector.store.runs import Run
from connector.sync.runs import exporting, importing, rehearsing
from connector.sync.runs.export_look import Forecast
from connector.sync.runs.slices import Asked
from dashboard.telling import export_form, import_form
from dashboard.telling.import_form import Standing, Typed, form, typed_of, wish
from dashboard.telling.run_titles import Known, title
from dashboard.views import imports as view

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
ACCOUNT = UUID("01945027-150e-72b4-87cf-4943a042cd02")
IDS = st.lists(st.integers(1, 2**63 - 1).map(str), unique=True, max_size=5).map(tuple)


def _form(kind: Kind, lists: FieldLists, **typed: tuple[str, ...]) -> view.Form:
    standing = Standing(accounts=(), toggles={}, refusal=None, rehearsal=None, lists=lists)
    return form(Typed(tipo=kind, **typed), standing, {}, None)  # type: ignore[arg-type]


# What was typed


@given(IDS, IDS, IDS, st.sampled_from(["", "yes"]))
def test_an_address_carries_the_whole_form(
    loja: tuple[str, ...], vendedor: tuple[str, ...], situacao: tuple[str, ...], automations: str
) -> None:
    typed = Typed(tipo="order", automacoes=automations, loja=loja, vendedor=vendedor, situacao=situacao)
    assert typed_of(parse_qsl(urlsplit(typed.url()).query)) == typed


def test_what_nobody_can_mean_is_left_out() -> None:
    wild = ["", "x", "-1", "0", "9" * 30, "１２", "7", "7", "\0" + "8"]
    assert typed_of([("loja", one) for one in wild]).loja == ("7", "8")
    assert len(typed_of([("loja", str(n)) for n in range(1, 999)]).loja) == import_form.MOST_TICKED
    assert typed_of([("desde", "2" * 500), ("tipo", b"?")]).desde == "2" * import_form.LONGEST


def test_a_kind_is_asked_for_what_its_form_shows_alone() -> None:
    everything = {"situacao": ("A", "9"), "categoria": ("12",), "loja": ("205",), "vendedor": ("31",)}
    of_products = wish(Typed(tipo="product", **everything), None)  # type: ignore[arg-type]
    assert of_products == Asked(
        products=products.Filter(categoria=frozenset({12}), situacao=frozenset({"A"}))
    )
    of_orders = wish(Typed(tipo="order", **everything), None)  # type: ignore[arg-type]
    assert of_orders == Asked(
        orders=orders.Filter(situacao=frozenset({9}), loja=frozenset({205}), vendedor=frozenset({31}))
    )
    assert wish(Typed(tipo="contact", conta=str(ACCOUNT), **everything), NOW) == Asked(  # type: ignore[arg-type]
        since=NOW, accounts=frozenset({ACCOUNT})
    )


# How old the lists are


def test_lists_that_could_not_be_read_anew_say_of_when_they_are() -> None:
    categories = (Option("12", "Copos"),)
    fresh = _form(Kind.PRODUCT, FieldLists(categories=categories, accounts_at=NOW))
    assert fresh.lists == ""
    old = _form(Kind.PRODUCT, FieldLists(categories=categories, accounts_at=NOW, bling_trouble=Trouble.AWAY))
    assert old.lists == "O Bling não respondeu agora: estas listas são de 24/11/2026 12:00."
    assert [one.label for one in old.parts[0].choices] == ["Copos"]
    never = _form(Kind.PRODUCT, FieldLists(bling_trouble=Trouble.AWAY))
    assert "ainda não puderam ser lidas" in never.lists


def test_orders_lists_are_those_of_their_accounts() -> None:
    away = AccountLists(account_id=ACCOUNT, name="Matriz", read_at=NOW, trouble=Trouble.AWAY)
    found = _form(Kind.ORDER, FieldLists(deals=DealLists(accounts=(away,))), loja=("205",))
    assert "24/11/2026 12:00" in found.lists
    shown = {part.name: part for part in found.parts}
    assert list(shown) == ["situacao", "loja", "vendedor"]
    assert [(one.label, one.chosen) for one in shown["loja"].choices] == [("205", True)]
    assert (shown["loja"].chosen, shown["vendedor"].chosen) == ("1 de 1", "todos")
    assert _form(Kind.CONTACT, FieldLists(bling_trouble=Trouble.AWAY)).lists == ""


# Titles


def _run(task: Task, kind: Kind, asked: msgspec.Struct) -> Run:
    return Run(
        tenant_id=ACCOUNT,
        id=ACCOUNT,
        task=task,
        kind=kind,
        state=RunState.RUNNING,
        wish=msgspec.Raw(msgspec.json.encode(asked)),
        place=None,
        counts=None,
        detail=None,
        listed=0,
        total=None,
        queued=0,
        done=0,
        failed=0,
        stumbles=0,
        started_by=None,
        started_at=NOW,
        updated_at=NOW,
        ended_at=None,
        due_at=None,
        holder=None,
    )


KNOWN = Known(
    now=NOW,
    accounts={ACCOUNT: "Matriz"},
    people={},
    may_change=True,
    names={"categoria": {"12": "Casa › Copos"}, "secao": {"7": "Cozinha"}},
)


@pytest.mark.parametrize(
    ("task", "asked", "said"),
    [
        (Task.IMPORT, importing.Wish(), "Todos os produtos"),
        (
            Task.REHEARSAL,
            rehearsing.Wish(
                asked=Asked(
                    accounts=frozenset({ACCOUNT}),
                    products=products.Filter(categoria=frozenset({12}), tipo=frozenset({"S"})),
                )
            ),
            "Ensaio: Todos os produtos, só serviços, categoria Casa › Copos, Matriz",
        ),
        (
            Task.IMPORT,
            importing.Wish(
                asked=Asked(products=products.Filter(categoria=frozenset({1, 2}), tipo=frozenset("NP")))
            ),
            "Todos os produtos, N/P, 2 categorias",
        ),
        (
            Task.EXPORT,
            exporting.Wish(chosen=(4,), since=NOW),
            "Exportação: 1 produto escolhido, alterados desde 24/11/2026",
        ),
        (
            Task.EXPORT,
            exporting.Wish(section=7, new_only=True),
            "Exportação: Produtos da seção Cozinha, só os que faltam no Bling",
        ),
        (Task.EXPORT, exporting.Wish(since=NOW), "Exportação: Produtos alterados desde 24/11/2026"),
    ],
)
def test_a_title_says_what_a_run_is_narrowed_by(task: Task, asked: msgspec.Struct, said: str) -> None:
    assert title(_run(task, Kind.PRODUCT, asked), KNOWN) == said


# Exports


def test_a_list_of_products_holds_ids_and_whatever_else_people_call_them() -> None:
    named = export_form.named_in("45, 46;47\n\n  Copo azul, 200 ml \nB24-1\n45\n0\n" + "9" * 19)
    assert named.ids == (45, 46, 47)
    assert named.words == ("Copo azul, 200 ml", "B24-1", "0", "9" * 19)


@pytest.mark.parametrize(
    ("toggles", "names"),
    [
        (
            {Toggle.PRODUCT_EXPORT_CREATE: True, Toggle.PRODUCT_EXPORT_UPDATE: True},
            ("Seriam criados", "Seriam conferidos"),
        ),
        ({}, ("Seriam ignorados", "Ficam como estão")),
    ],
)
def test_a_preview_goes_by_the_options(toggles: dict[Toggle, bool], names: tuple[str, str]) -> None:
    found = Forecast(new=1_200, linked=7, left_out=3, exact=False, seconds=600)
    seen = export_form.preview(found, toggles)
    assert tuple(one.name for one in seen.figures) == (*names, "Ficam de fora")
    assert [one.value for one in seen.figures] == ["1.200", "7", "3"]
    assert any("estimativa" in note for note in seen.notes)
    assert any("10 minutos" in note for note in seen.notes) == bool(toggles)
