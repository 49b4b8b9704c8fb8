"""Every title of a field that everybody has is in the catalogue, in both languages."""

from __future__ import annotations

import pytest

from connector.bitrix24.field_titles import PRODUCT_TITLES
from connector.bling.fields import fields_of
from connector.domain.events import Kind
from connector.domain.fields import Field, FieldType
from dashboard.telling import vendor_words


@pytest.mark.parametrize("kind", [Kind.PRODUCT, Kind.ORDER, Kind.SALE])
def test_blings_fields_and_values_are_in_the_catalogue(kind: Kind) -> None:
    fields = fields_of(kind)
    told = {one.title for one in fields} | {value.name for one in fields for value in one.options}
    assert told <= vendor_words.TITLES


def test_bitrix24s_own_fields_are_in_the_catalogue() -> None:
    assert set(PRODUCT_TITLES.values()) <= vendor_words.TITLES


def test_nothing_is_in_the_catalogue_that_no_field_is_called() -> None:
    fields = [field for kind in (Kind.PRODUCT, Kind.ORDER, Kind.SALE) for field in fields_of(kind)]
    told = {one.title for one in fields} | {value.name for one in fields for value in one.options}
    assert vendor_words.TITLES - told - set(PRODUCT_TITLES.values()) == {"Texto", "HTML"}


def test_a_field_of_the_accounts_own_is_called_as_the_account_calls_it() -> None:
    assert vendor_words.title(Field(name="camposCustomizados.7", title="Voltagem", type=FieldType.TEXT)) == (
        "Voltagem"
    )
