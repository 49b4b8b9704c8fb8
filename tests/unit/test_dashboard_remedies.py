"""Remedies in people's words: every reason has its words and its button, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from connector.account.people import Viewer
from connector.account.toggles import Toggle
from connector.domain.events import Kind, Reason, RecordKey, RecordState
from connector.domain.remedies import REMEDIES, Again, Cure
from connector.store.links import Link, ReasonCount
from connector.store.people import Role
from dashboard.reader import Language, Reader, reading
from dashboard.telling import causes, reasons, remedies
from dashboard.telling.field_words import FieldWords
from dashboard.telling.records import Asked, Known, records

SOME = UUID("01945027-150e-72b4-87cf-4943a042cd02")
KINDS = (Kind.PRODUCT, Kind.ORDER, Kind.SALE)


@pytest.fixture(autouse=True)
def portuguese() -> None:
    reading(Reader())


def viewer(role: Role = Role.OWNER) -> Viewer:
    return Viewer(
        person_id=SOME,
        tenant_id=SOME,
        tenant_name="Loja",
        timezone="America/Sao_Paulo",
        name="Ana",
        email="ana@loja.example",
        role=role,
        language="pt",
        theme="system",
    )


def key(kind: Kind = Kind.PRODUCT) -> RecordKey:
    return RecordKey(kind, SOME, 7)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_and_whoever_can_do_something_a_button(
    reason: Reason, language: Language
) -> None:
    reading(Reader(language=language))
    for kind in KINDS:
        explained = reasons.told(reason, kind)
        assert explained is not None
        assert explained.sentence != reason.value
        action = remedies.of_record(reason, key(kind), viewer())
        assert (action is None) is (REMEDIES[reason].cure is Cure.NOTHING), reason
        assert action is None or (action.label and action.url.startswith("/"))


def test_english_buttons_are_not_portuguese() -> None:
    pt = {reason: remedies.of_record(reason, key(), viewer()) for reason in Reason}
    reading(Reader(language=Language.ENGLISH))
    for reason, action in pt.items():
        other = remedies.of_record(reason, key(), viewer())
        assert action is None or (other is not None and other.label != action.label), reason


@pytest.mark.parametrize("reason", [one for one in Reason if REMEDIES[one].again is Again.BY_HAND])
def test_what_runs_by_hand_is_asked_once_more(reason: Reason) -> None:
    action = remedies.for_all(reason, Kind.PRODUCT, 37, viewer())
    assert action is not None
    assert "37" in action.label
    assert not action.posts
    asked = remedies.confirm(reason, Kind.PRODUCT, 37)
    assert asked.anything
    assert asked.facts


def test_one_is_not_many() -> None:
    one = remedies.for_all(Reason.CREATE_OFF, Kind.PRODUCT, 1, viewer())
    assert one is not None
    assert one.label == "Trazer 1 que ficou de fora"


def test_who_only_looks_sees_where_but_no_button() -> None:
    looks = viewer(Role.VIEWER)
    assert remedies.for_all(Reason.CREATE_OFF, Kind.PRODUCT, 3, looks) is None
    assert remedies.of_record(Reason.GAVE_UP, key(), looks) is None
    assert remedies.of_record(Reason.STAGE_MISSING, key(Kind.ORDER), looks) is not None


def test_what_is_to_be_corrected_in_bling_is_opened_there() -> None:
    there = remedies.of_record(
        Reason.INVALID_VALUE, key(), viewer(Role.VIEWER), "https://bling.example/oauth"
    )
    assert there is not None
    assert (there.outside, there.posts) == (True, False)
    assert there.url.startswith("https://bling.example/produtos.php")
    born_in_bitrix24 = RecordKey(Kind.PRODUCT, SOME, -7)
    here = remedies.of_record(Reason.INVALID_VALUE, born_in_bitrix24, viewer(), "https://bling.example/oauth")
    assert here is not None
    assert here.posts


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("preco → price: o valor 1e13 é grande demais", "Preço: o valor 1e13 é grande demais"),
        (" → property9: não é um texto: 7", "Cor: não é um texto: 7"),
        ("O portal não respondeu: 502", "O portal não respondeu: 502"),
        (None, ""),
    ],
)
def test_a_value_that_does_not_fit_is_told_by_its_fields_name(kept: str | None, read: str) -> None:
    assert FieldWords(titles={"property9": "Cor"}).named(kept) == read


def counts(*rows: tuple[Kind, RecordState, Reason, int]) -> list[ReasonCount]:
    return [ReasonCount(*row) for row in rows]


def test_causes_are_what_needs_somebody_the_most_frequent_first() -> None:
    told = causes.causes(
        counts(
            (Kind.PRODUCT, RecordState.NEEDS_YOU, Reason.AMBIGUOUS, 2),
            (Kind.ORDER, RecordState.NEEDS_YOU, Reason.STAGE_MISSING, 9),
            (Kind.PRODUCT, RecordState.WAITING, Reason.QUOTA, 50),
            (Kind.PRODUCT, RecordState.EXCLUDED, Reason.GUARD_RAIL, 70),
        ),
        viewer(),
    )
    assert [cause.count for cause in told] == ["9 registros · Pedidos", "2 registros · Produtos"]
    assert [cause.remedy.label for cause in told] == ["Definir a etapa", "Escolher um a um"]


def test_every_cause_opens_its_list() -> None:
    for reason, remedy in REMEDIES.items():
        if remedy.state is RecordState.NEEDS_YOU:
            (told,) = causes.causes(counts((Kind.PRODUCT, RecordState.NEEDS_YOU, reason, 3)), viewer())
            urls = {action.url for action in (told.remedy, *told.others)}
            assert remedies.listed(reason, Kind.PRODUCT) in urls


OFF = counts(
    (Kind.PRODUCT, RecordState.EXCLUDED, Reason.CREATE_OFF, 37),
    (Kind.ORDER, RecordState.EXCLUDED, Reason.CREATE_OFF, 4),
)


def test_what_a_toggle_left_out_is_offered_once_it_is_on() -> None:
    on = {Toggle.PRODUCT_CREATE: True, Toggle.ORDER_CREATE: False, Toggle.DEAL_WON: True}
    (offer,) = causes.offers(OFF, on, viewer())
    assert (offer.remedy.label, offer.calm) == ("Trazer os 37 que ficaram de fora", True)
    assert causes.offers(OFF, on, viewer(Role.VIEWER)) == ()
    assert causes.offers(OFF, {Toggle.PRODUCT_CREATE: False}, viewer()) == ()


def link(number: int, reason: Reason | None, state: RecordState) -> Link:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    record = RecordKey(Kind.PRODUCT, SOME, number)
    return Link(record=record, label="Copo", state=state, reason=reason, created_at=at, updated_at=at)


def shown(asked: Asked, *links: Link) -> Known:
    return Known(
        counts={Kind.PRODUCT: {RecordState.EXCLUDED: 37, RecordState.NEEDS_YOU: 2}},
        reasons=[
            ReasonCount(Kind.PRODUCT, RecordState.EXCLUDED, Reason.CREATE_OFF, 37),
            ReasonCount(Kind.PRODUCT, RecordState.NEEDS_YOU, Reason.AMBIGUOUS, 2),
        ],
        rows=links,
        bling="",
    )


def test_a_list_of_a_reason_says_what_it_means_and_what_can_be_done() -> None:
    asked = Asked(kind=Kind.PRODUCT, reason=Reason.CREATE_OFF)
    view = records(asked, shown(asked, link(1, Reason.CREATE_OFF, RecordState.EXCLUDED)), viewer(), 50)
    assert view.bar is not None
    assert [action.label for action in view.bar.actions] == [
        "Ver as opções",
        "Trazer os 37 que ficaram de fora",
    ]


def test_the_reasons_of_a_state_narrow_it() -> None:
    asked = Asked(kind=Kind.PRODUCT, state=RecordState.NEEDS_YOU)
    row = link(5, Reason.AMBIGUOUS, RecordState.NEEDS_YOU)
    view = records(asked, shown(asked, row), viewer(), 50)
    assert [(tab.label, tab.count) for tab in view.reasons] == [("Mais de um candidato", "2")]
    assert view.reasons[0].url == "/registros?estado=needs_you&motivo=ambiguous"
    assert view.rows[0].action is not None
    assert view.rows[0].action.url == "/registros/product/5#escolher"


def test_a_page_keeps_what_was_asked() -> None:
    asked = Asked(kind=Kind.ORDER, reason=Reason.FILTERED, search="copo azul")
    assert asked.url(depois="x.1") == "/registros?tipo=order&motivo=filtered&q=copo+azul&depois=x.1"
