"""What a mapping would do to the tenant's own records, before it is saved: nothing is written anywhere."""

from __future__ import annotations

from connector.sync.preview.looking import Preview, preview
from connector.sync.preview.seeing import FieldPreview, RecordPreview

__all__ = ["FieldPreview", "Preview", "RecordPreview", "preview"]
