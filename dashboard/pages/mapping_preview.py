"""What the form's rules would do, before anybody saves them."""

from __future__ import annotations

from connector.account import mappings
from connector.account.mappings import BadMapping
from connector.account.people import Viewer
from connector.domain.events import Kind
from connector.domain.vendor import VendorError
from connector.sync.preview import GLANCE_S, preview
from dashboard.telling import mapping_form, mapping_preview
from dashboard.telling.field_words import words_of
from dashboard.telling.mapping_errors import Errors, errors_in
from dashboard.telling.mapping_form import Wish
from dashboard.telling.mapping_known import Known
from dashboard.views.mapping import Preview
from server.parts import Parts

#: The tenant's own last records.
RECORDS = 20


async def tried(
    viewer: Viewer, parts: Parts, known: Known, wish: Wish, rounds: int = 0
) -> tuple[Errors, Preview]:
    """The panel, or what is wrong with the rules; nothing is written. `rounds`: how often it asked before."""
    body = mapping_form.body(known.mapping, wish)
    try:
        mapping = await mappings.proposed(
            parts.connecting, viewer.tenant_id, Kind.PRODUCT, body, parts.clock.now()
        )
        found = await preview(parts.engine, viewer.tenant_id, mapping, RECORDS, GLANCE_S)
    except BadMapping as error:
        return errors_in(error, known.mapping), mapping_preview.refused()
    except VendorError as error:
        return Errors(), mapping_preview.silent(error.text)
    return Errors(), mapping_preview.told(found, words_of(known.lists), rounds)


def rounds_in(text: str) -> int:
    """How often the panel asked, as it says itself."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else 0
