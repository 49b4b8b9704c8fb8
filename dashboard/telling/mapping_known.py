"""What the mapping editor is told from."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connector.account.field_lists import FieldLists
from connector.domain.field_watch import FieldChange
from connector.domain.mapping import MappingVersion


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Read by the page."""

    mapping: MappingVersion
    #: When the version was saved; None for the one that everybody begins with.
    saved_at: datetime | None
    lists: FieldLists
    #: What appeared, was renamed or went away since.
    watch: tuple[FieldChange, ...] = ()
