"""A mapping as somebody sent it: read, and everything that is wrong with it told at once.

What is accepted is what a sync carries out; texts are for programmers, codes for screens.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from connector.account.field_lists import FieldLists
from connector.account.mapping_flaws import Flaw, RuleError
from connector.account.mapping_places import misplaced
from connector.account.mapping_products import product_filter_errors
from connector.account.mapping_rules import rule_errors, sent_rule
from connector.account.typed import is_text
from connector.bitrix24.crm_setup import CrmPlaces
from connector.domain.events import Kind
from connector.domain.inverse import leading
from connector.domain.mapping import FIXED_RULES, Rule
from connector.store.connections import Portal

__all__ = ["MAPPED", "BadMapping", "Flaw", "RuleError", "Sent", "checked"]

#: Kinds that have a mapping.
MAPPED = (Kind.PRODUCT, Kind.ORDER, Kind.SALE)
MOST_RULES = 200
MOST_IDS = 500
LONGEST_NOTE = 500


class _Part(StrEnum):
    RULES = "rules"
    FILTER = "filter"
    NOTE = "note"
    #: As a GET shows it; which version comes next is not the sender's choice.
    VERSION = "version"


class BadMapping(ValueError):
    """The mapping cannot be saved; every reason is named."""

    def __init__(self, errors: tuple[RuleError, ...]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


class Sent(NamedTuple):
    """A mapping that can be saved; no filter = the one in force stays."""

    rules: tuple[Rule, ...]
    filter: dict[str, object] | None
    note: str


def checked(
    kind: Kind, sent: Any, portal: Portal | None, places: CrmPlaces | None, lists: FieldLists | None = None
) -> Sent:
    """The mapping in the body of a PUT; raises `BadMapping` with all that is wrong.

    `places` = what deals of the portal can point to, `lists` = what rules can name; None while that is not
    known: then it is not checked.
    """
    if not isinstance(sent, dict):
        raise BadMapping((RuleError(None, "", Flaw.TYPE, "a mapping is an object with rules"),))
    found: dict[int, Rule] = {}
    errors = [
        *(_unknown(name) for name in sent if name not in set(_Part)),
        *_rules(kind, sent.get(_Part.RULES), portal, places, lists, found),
        *_filter_errors(kind, sent.get(_Part.FILTER)),
        *_note_errors(sent.get(_Part.NOTE)),
    ]
    if errors:
        raise BadMapping(tuple(errors))
    return Sent(tuple(found.values()), sent.get(_Part.FILTER), (sent.get(_Part.NOTE) or "").strip())


def _unknown(name: object) -> RuleError:
    return RuleError(None, str(name), Flaw.UNKNOWN, f"a mapping has no {name}")


def _rules(
    kind: Kind,
    sent: Any,
    portal: Portal | None,
    places: CrmPlaces | None,
    lists: FieldLists | None,
    found: dict[int, Rule],
) -> Iterator[RuleError]:
    """What is wrong with the rules; `found` takes those that can be read, by their place."""
    if not isinstance(sent, list):
        yield RuleError(None, _Part.RULES, Flaw.TYPE, "rules is the list of all rules, the locked ones too")
        return
    if len(sent) > MOST_RULES:
        yield RuleError(None, _Part.RULES, Flaw.TOO_MUCH, f"a mapping has at most {MOST_RULES} rules")
        return
    for index, one in enumerate(sent):
        rule = sent_rule(index, one, portal)
        if isinstance(rule, Rule):
            found[index] = rule
        else:
            yield from rule
    fixed = {rule.id: rule for rule in FIXED_RULES[kind]}
    for index, rule in found.items():
        if rule.id in fixed:
            yield from _changed(index, rule, fixed[rule.id])
        else:
            yield from rule_errors(kind, index, rule, lists)
    yield from _missing(fixed, sent)
    yield from _doubles(found)
    if places is not None:
        yield from misplaced(kind, found, places)


def _changed(index: int, rule: Rule, fixed: Rule) -> Iterator[RuleError]:
    for name in Rule.__struct_fields__:
        if getattr(rule, name) != getattr(fixed, name):
            yield RuleError(
                index, name, Flaw.LOCKED, f"the rule {rule.id} is fixed: send its {name} unchanged"
            )


def _missing(fixed: dict[str, Rule], sent: list[Any]) -> Iterator[RuleError]:
    there = {one.get("id") for one in sent if isinstance(one, dict) and isinstance(one.get("id"), str)}
    for rule_id in fixed:
        if rule_id not in there:
            yield RuleError(
                None, _Part.RULES, Flaw.LOCKED, f"the fixed rule {rule_id} is missing: send it unchanged"
            )


def _doubles(found: dict[int, Rule]) -> Iterator[RuleError]:
    """No two rules of one id, and no two that write one field in one direction.

    Rules for both directions may share a field of Bling's: one of them leads back (`leading`).
    """
    leads = leading(found.values())
    ids: set[str] = set()
    written: set[tuple[str, str]] = set()
    for index, rule in found.items():
        if rule.id in ids:
            yield RuleError(index, "id", Flaw.DUPLICATE, f"there are two rules {rule.id}")
        ids.add(rule.id)
        ways = ("import", "export") if rule.direction == "both" else (rule.direction,)
        mine = {(rule.bitrix24, way) for way in ways}
        if mine & written:
            yield RuleError(index, "bitrix24", Flaw.DUPLICATE, f"two rules write {rule.bitrix24}")
        written |= mine
        if rule.direction == "export" and leads.get(rule.bling, rule) is not rule:
            yield RuleError(index, "bling", Flaw.DUPLICATE, f"two rules write Bling's {rule.bling}")


def _filter_errors(kind: Kind, sent: Any) -> Iterator[RuleError]:
    if sent is None:
        return
    if not isinstance(sent, dict):
        yield RuleError(None, _Part.FILTER, Flaw.TYPE, "the filter is an object")
        return
    for name, value in sent.items():
        field = f"{_Part.FILTER}.{name}"
        if kind is Kind.PRODUCT and name != "categoria":
            yield from (RuleError(None, *one) for one in product_filter_errors(str(name), value))
        elif kind is Kind.PRODUCT:
            yield from _id_errors(field, name, value)
        elif kind is not Kind.ORDER:
            yield RuleError(None, field, Flaw.UNSUPPORTED, f"a {kind} has no filter yet")
        elif name == "since":
            if not _is_day(value):
                yield RuleError(None, field, Flaw.VALUE, "since is a day such as 2026-11-23")
        elif name in ("situacao", "loja", "vendedor"):
            yield from _id_errors(field, name, value)
        else:
            yield RuleError(None, field, Flaw.UNKNOWN, f"orders are not filtered by {name}")


def _id_errors(field: str, name: str, value: Any) -> Iterator[RuleError]:
    if not _are_ids(value):
        yield RuleError(None, field, Flaw.VALUE, f"{name} is a list of at most {MOST_IDS} of Bling's ids")


def _note_errors(sent: Any) -> Iterator[RuleError]:
    if sent is not None and not (isinstance(sent, str) and len(sent) <= LONGEST_NOTE and is_text(sent)):
        yield RuleError(
            None, _Part.NOTE, Flaw.VALUE, f"the note is a text of at most {LONGEST_NOTE} characters"
        )


def _is_day(value: Any) -> bool:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return False
    return day is not None and day.isoformat() == value


def _are_ids(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_IDS
        and all(type(one) is int and 0 < one < 2**63 for one in value)
    )
