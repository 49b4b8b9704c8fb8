"""What a write changed, as people write it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import msgspec

from connector.domain.mapping import PRICE_FIELD
from connector.domain.products import Change
from connector.store.history import SyncRow
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.telling.rules import bitrix24_name


def of(sync: SyncRow | None) -> list[Change]:
    """The changed fields of a write."""
    return msgspec.json.decode(sync.changes, type=list[Change]) if sync else []


def written(field: str, value: str | None) -> str:
    """A value of Bitrix24 as the reader writes it; empty for nothing."""
    if not value:
        return ""
    if field == "active":
        return {"Y": _("Sim"), "N": _("Não")}.get(value, value)
    return _money(value) if field == PRICE_FIELD else value


def in_brief(changes: Sequence[Change], *, created: bool) -> str:
    """One line of a feed: `Preço R$ 84,90 → R$ 89,90 e mais 2 campos`."""
    if created:
        return (
            plural("criado com %(num)s campo", "criado com %(num)s campos", len(changes)) if changes else ""
        )
    if not changes:
        return ""
    first, *rest = changes
    before, after = written(first.field, first.before), written(first.field, first.after)
    line = f"{bitrix24_name(first.field)} {before or _('vazio')} → {after or _('vazio')}"
    return line + (" " + plural("e mais %(num)s campo", "e mais %(num)s campos", len(rest)) if rest else "")


def count(changes: Sequence[Change]) -> str:
    """`3 campos`."""
    return plural("%(num)s campo", "%(num)s campos", len(changes)) if changes else ""


def _money(value: str) -> str:
    try:
        return formats.money(Decimal(value))
    except InvalidOperation:
        return value
