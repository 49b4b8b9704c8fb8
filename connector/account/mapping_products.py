"""What a product's rule of one's own may read and write, and what products are filtered by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connector.account.field_lists import FieldLists
from connector.account.mapping_fields import fits
from connector.account.mapping_flaws import Flaw
from connector.account.mapping_transforms import Found
from connector.account.typed import is_text
from connector.bitrix24.field_titles import PRODUCT_TITLES
from connector.bling.fields import CUSTOM, fields_of
from connector.domain.events import Kind
from connector.domain.fields import Field, FieldType, named
from connector.domain.mapping import LINK_FIELD, PRODUCT_RULES, Rule, paths_of
from connector.domain.transforms import Template

_FIXED = frozenset(rule.bitrix24 for rule in PRODUCT_RULES)
_PROPERTY = re.compile(r"property[1-9][0-9]{0,17}")
_CUSTOM = re.compile(rf"{CUSTOM}\.[1-9][0-9]{{0,17}}")
#: Codes of the filter's words (connector.domain.products.Filter).
FILTERS = ("categoria", "tipo", "situacao", "conta")
_WORDS = {"tipo": ("P", "S", "N"), "situacao": ("A", "I")}
MOST_WORDS = 20
LONGEST_COMPANY = 64


def product_rule_errors(rule: Rule, lists: FieldLists | None) -> Iterator[Found]:
    """What is wrong with the rule's source, target and their fit; what is not known is not checked."""
    sources = named(lists.bling(Kind.PRODUCT) if lists else fields_of(Kind.PRODUCT))
    source, wrong = _source(rule, sources, lists)
    yield from wrong
    known = lists.bitrix24(Kind.PRODUCT) if lists else None
    flaws = list(_target_errors(rule, None if known is None else named(known)))
    yield from flaws
    if known is not None and not flaws and not wrong:
        yield from fits(rule.transform, source, named(known)[rule.bitrix24])


def _source(
    rule: Rule, sources: Mapping[str, Field], lists: FieldLists | None
) -> tuple[Field | None, list[Found]]:
    """The one field that the rule reads, if it reads one, and what is wrong with what it reads."""
    in_text = isinstance(rule.transform, Template)
    at = "transform.text" if in_text else "bling"
    paths = paths_of(rule)
    if not paths and not in_text and rule.transform.__struct_config__.tag != "constant":
        return None, [(at, Flaw.MISSING, "which field of Bling's? such as marca or tributacao.ncm")]
    wrong = [found for path in paths for found in _path_errors(at, path, sources, lists)]
    return (sources.get(paths[0]) if paths and not in_text else None), wrong


def _path_errors(
    at: str, path: str, sources: Mapping[str, Field], lists: FieldLists | None
) -> Iterator[Found]:
    if path in sources:
        return
    if _CUSTOM.fullmatch(path):
        # Which custom fields there are is known once the accounts were asked.
        if lists is not None and lists.accounts_at is not None:
            yield at, Flaw.NOT_THERE, f"the Bling account has no custom field {path.partition('.')[2]}"
        return
    yield at, Flaw.UNKNOWN, f"Bling has no field {path} in a product"


def _target_errors(rule: Rule, known: Mapping[str, Field] | None) -> Iterator[Found]:
    name = rule.bitrix24
    if name in _FIXED or name == LINK_FIELD:
        yield "bitrix24", Flaw.RESERVED, f"a fixed rule writes {name}"
    elif known is None:
        if name not in PRODUCT_TITLES and not _PROPERTY.fullmatch(name):
            yield "bitrix24", Flaw.UNKNOWN, f"a product has no field {name} that a rule may write"
    elif name not in known:
        flaw = Flaw.NOT_THERE if _PROPERTY.fullmatch(name) else Flaw.UNKNOWN
        yield "bitrix24", flaw, f"the portal's products have no field {name}"
    elif known[name].read_only:
        yield "bitrix24", Flaw.RESERVED, f"Bitrix24 or Ponte writes {name} by itself"
    elif known[name].type is FieldType.OTHER:
        yield "bitrix24", Flaw.UNSUPPORTED, f"no rule can write a field such as {name}"


def product_filter_errors(name: str, value: Any) -> Iterator[Found]:
    """What is wrong with one word of the filter."""
    field = f"filter.{name}"
    if name not in FILTERS:
        yield field, Flaw.UNKNOWN, f"products are not filtered by {name}"
    elif name in _WORDS:
        allowed = _WORDS[name]
        if not (
            isinstance(value, list) and len(value) <= MOST_WORDS and all(one in allowed for one in value)
        ):
            yield field, Flaw.VALUE, f"{name} is a list of {', '.join(allowed)}"
    elif name == "conta" and not _are_companies(value):
        yield field, Flaw.VALUE, f"{name} is a list of at most {MOST_WORDS} of your accounts' company_id"


def _are_companies(value: Any) -> bool:
    """Texts; which accounts there are may change after the mapping was saved."""
    return (
        isinstance(value, list)
        and len(value) <= MOST_WORDS
        and all(isinstance(one, str) and 0 < len(one) <= LONGEST_COMPANY and is_text(one) for one in value)
    )
