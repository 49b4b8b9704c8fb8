"""What fields of products and their values are called: the portal's own words where it has some."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from connector.account.field_lists import FieldLists
from connector.domain.events import Kind
from connector.domain.fields import Field
from connector.domain.mapping import Rule
from dashboard.reader import _
from dashboard.telling import changes, vendor_words
from dashboard.telling.deals import DEALS, Names
from dashboard.telling.rules import BITRIX24_NAMES, BLING_NAMES, bitrix24_name, bling_word, rule_name

#: How `connector.domain.mapping.BadField` names the fields of a rule.
_FIELDS = re.compile(r"(?P<bling>\S*) → (?P<bitrix24>\S+): (?P<why>.+)", re.DOTALL)


class FieldWords(msgspec.Struct, frozen=True, kw_only=True):
    """Words for fields of Bitrix24 and what they hold."""

    titles: Mapping[str, str] = {}
    names: Names = Names()
    #: Of Bling's fields.
    bling: Mapping[str, str] = {}

    def title(self, field: str) -> str:
        """Ours for the fields that everybody has, the portal's for its own."""
        if field in BITRIX24_NAMES:
            return bitrix24_name(field)
        return self.titles.get(field, field)

    def bling_title(self, path: str) -> str:
        """Bling's field in the reader's language; empty for none."""
        return self.bling.get(path) or (_(BLING_NAMES[path]) if path in BLING_NAMES else path)

    def source(self, rule: Rule) -> str:
        """What a rule reads: Bling's field, or what is always the same."""
        return self.bling.get(rule.bling) or bling_word(rule)

    def rule(self, rule_id: str) -> str:
        """A rule is called as the field that it reads, where its id says so."""
        return self.bling.get(rule_id) or rule_name(rule_id)

    def named(self, detail: str | None) -> str:
        """What is kept of a value that does not fit (`preco → price: why`), the field as people call it."""
        found = _FIELDS.match(detail or "")
        if found is None:
            return detail or ""
        return f"{self.bling_title(found['bling']) or self.title(found['bitrix24'])}: {found['why']}"

    def value(self, field: str, value: str | None) -> str:
        """As people write it; empty for nothing."""
        return changes.written(field, value, self.names)


def words_of(lists: FieldLists, kind: Kind = Kind.PRODUCT) -> FieldWords:
    """As the portal said last."""
    known = lists.bitrix24(Kind.ORDER if kind in DEALS else kind) or ()
    own = {one.name: vendor_words.title(one) for one in lists.bling(kind)} if kind not in DEALS else {}
    return FieldWords(
        titles={one.name: vendor_words.title(one) for one in known},
        names=Names(of=_values(known)),
        bling={name: title for name, title in own.items() if name not in BLING_NAMES},
    )


def _values(fields: Iterable[Field]) -> dict[str, dict[str, str]]:
    return {one.name: {value.id: value.name for value in one.options} for one in fields if one.options}
