"""Deals in people's words: rows that add up, names for ids, titles from messages, causes with remedies."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.bitrix24.crm_setup import Choice, CrmPlaces
from connector.domain.deals import DealRow, rows_text
from connector.domain.events import Kind, Reason
from connector.domain.pipelines import Pipeline, Stage
from connector.domain.products import Change
from dashboard.reader import Language, Reader, reading
from dashboard.telling import changes, deals, reasons, remedies
from dashboard.views.event import Rows

PAN = DealRow(name="Panela", product=7, quantity="2", price="49.90", discount="10", unit="UN")
POT = DealRow(name="Pote", quantity="1.5", price="22.466667", unit="KG")
FREIGHT = DealRow(name="Frete", quantity="1", price="15.00")
PLACES = CrmPlaces(
    pipelines=(Pipeline(id=3, name="Atacado", stages=(Stage(id="C3:WON", name="Fechado"),)),),
    person_preset=None,
    company_preset=None,
    document_field_contact="",
    document_field_company="",
    invoice_field="",
    invoice_link_field="",
    sources=(Choice("WEB", "Site"),),
    users=(Choice("9", "Helena Martins"),),
)


@pytest.fixture(autouse=True)
def portuguese() -> None:
    reading(Reader(now=datetime(2026, 11, 23, tzinfo=UTC)))


def rows_change(before: tuple[DealRow, ...] | None, after: tuple[DealRow, ...]) -> Change:
    return Change("productRows", rows_text(before) if before else None, rows_text(after), "itens", 1)


def amount(value: str) -> Change:
    return Change("opportunity", None, value, "total", 1)


def message(**data: Any) -> bytes:
    return json.dumps({"data": data}).encode()


def told(*found: Change, body: bytes = b"{}") -> Rows:
    rows = deals.rows(found, body)
    assert rows is not None
    return rows


def test_the_sum_is_held_against_the_orders_total() -> None:
    rows = told(rows_change(None, (PAN, POT, FREIGHT)), amount("148.50"), body=message(total=148.5))
    assert rows.check == "Soma das linhas = total do pedido: R$ 148,50"
    assert rows.agrees is True
    assert [line.total for line in rows.lines] == ["R$ 99,80", "R$ 33,70", "R$ 15,00"]


def test_a_message_that_is_older_than_what_was_read_proves_nothing_wrong() -> None:
    rows = told(rows_change(None, (PAN,)), amount("99.80"), body=message(total=50))
    assert rows.check == "Soma das linhas = valor do negócio: R$ 99,80"
    assert rows.agrees is True


def test_without_anything_to_compare_the_sum_stands_alone() -> None:
    rows = told(rows_change(None, (PAN,)))
    assert (rows.check, rows.agrees) == ("Soma das linhas: R$ 99,80", None)


def test_a_sum_that_is_not_the_deals_amount_is_said() -> None:
    rows = told(rows_change(None, (PAN,)), amount("99.81"))
    assert rows.check == "Soma das linhas: R$ 99,80, mas o negócio vale R$ 99,81"
    assert rows.agrees is False


def test_a_row_is_shown_as_people_write_it() -> None:
    (line,) = told(rows_change(None, (POT,))).lines
    assert (line.quantity, line.price, line.discount) == ("1,5 KG", "R$ 22,466667", "–")
    assert not line.linked


def test_what_is_no_product_is_not_missed_in_the_catalogue() -> None:
    (line,) = told(rows_change(None, (FREIGHT,))).lines
    assert line.linked


def test_rows_before_and_after_stand_side_by_side() -> None:
    more = DealRow(name="Panela nova", product=7, quantity="3", price="49.90", discount="10", unit="UN")
    rows = told(rows_change((PAN, POT), (more, FREIGHT)))
    changed, new, gone = rows.lines
    assert (changed.was_quantity, changed.quantity, changed.was_price) == ("2 UN", "3 UN", "")
    assert (new.name, new.state) == ("Frete", "new")
    assert (gone.name, gone.state) == ("Pote", "gone")
    assert rows.was_total == "R$ 133,50"


def test_two_rows_of_one_product_find_two_rows() -> None:
    rows = told(rows_change((PAN, PAN), (PAN, PAN)))
    assert [(line.state, line.was_total) for line in rows.lines] == [("", ""), ("", "")]


def test_a_write_that_left_the_rows_has_no_table() -> None:
    assert deals.rows([amount("10.00")], b"{}") is None


@given(st.text())
def test_what_is_no_rows_breaks_no_page(text: str) -> None:
    assert isinstance(deals.in_brief(text), str)


@given(st.binary())
def test_no_message_breaks_a_title(body: bytes) -> None:
    assert isinstance(deals.number_in(body), str)


def test_an_order_is_called_by_the_number_in_its_message() -> None:
    assert deals.number_in(message(id=77, numero=1001)) == "1001"
    assert deals.number_in(message(id=78, numero="006541")) == "006541"
    assert deals.number_in(message(id=79)) == ""


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("stageId", "C3:WON", "Fechado"),
        ("categoryId", "3", "Atacado"),
        ("assignedById", "9", "Helena Martins"),
        ("sourceId", "WEB", "Site"),
        ("stageId", "C3:GONE", "C3:GONE"),
        ("companyId", "140", "Cantina Sabor"),
        ("opportunity", "1248.6", "R$ 1.248,60"),
        ("begindate", "2026-11-23", "23/11/2026"),
        ("begindate", "2026-11-23T01:30:00+00:00", "22/11/2026"),
        ("isManualOpportunity", "N", "Não"),
        ("title", "Pedido 1001", "Pedido 1001"),
    ],
)
def test_values_of_deals_are_written_for_people(field: str, value: str, shown: str) -> None:
    names = deals.with_people(deals.names_of(PLACES), [("companyId", 140, "Cantina Sabor")])
    assert changes.written(field, value, names) == shown


def test_a_new_deal_in_brief_is_its_rows() -> None:
    found = [Change("title", None, "Pedido 1", "titulo", 1), rows_change(None, (PAN, FREIGHT))]
    assert changes.in_brief(found, created=True) == "2 itens, R$ 114,80"


def test_a_change_in_brief_begins_with_what_matters_and_names_no_ids() -> None:
    stage = Change("stageId", "NEW", "WON", "etapa", 1)
    title = Change("title", "a", "b", "titulo", 1)
    assert changes.in_brief([title, stage], created=False) == "Etapa: mudou e mais 1 campo"


def test_fields_stand_as_on_the_deals_card() -> None:
    fields = ["originId", "comments", "opportunity", "ufCrm7", "title", "stageId"]
    found = [Change(name, None, "x", "", 1) for name in fields]
    placed = [one.field for one in sorted(found, key=changes.place)]
    assert placed == ["title", "stageId", "opportunity", "comments", "ufCrm7", "originId"]


@pytest.mark.parametrize(
    ("reason", "kind", "url"),
    [
        (Reason.STAGE_MISSING, Kind.ORDER, "/configuracao/pedido#etapas"),
        (Reason.BEFORE_START, Kind.ORDER, "/configuracao/pedido#entram"),
        (Reason.FILTERED, Kind.SALE, "/configuracao/pedido#entram"),
        (Reason.CREATE_OFF, Kind.ORDER, "/configuracao/pedido"),
        (Reason.TOGGLE_OFF, Kind.PRODUCT, "/configuracao/produto"),
    ],
)
def test_a_cause_leads_to_its_remedy(reason: Reason, kind: Kind, url: str) -> None:
    action = remedies.mend(reason, kind)
    assert action is not None
    assert action.url == url


@pytest.mark.parametrize("kind", [Kind.ORDER, Kind.SALE])
@pytest.mark.parametrize("language", Language)
def test_every_reason_is_told_of_deals(kind: Kind, language: Language) -> None:
    reading(Reader(language=language))
    for reason in Reason:
        explained = reasons.told(reason, kind)
        assert explained is not None
        assert "Produto" not in explained.remedy
        assert explained.short
