"""What a mapping would do to the tenant's own records, before it is saved: nothing is written anywhere."""

from __future__ import annotations

from connector.sync.preview.bling_side import GLANCE_S
from connector.sync.preview.looking import Preview, preview
from connector.sync.preview.seeing import FieldPreview, Problem, RecordPreview

__all__ = ["GLANCE_S", "FieldPreview", "Preview", "Problem", "RecordPreview", "preview"]
