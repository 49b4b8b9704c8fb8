"""The JSON API of a tenant, under `/api/v1`."""

from __future__ import annotations

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide

from server.api import (
    events,
    exports,
    holds,
    imports,
    licences,
    mapping_preview,
    mapping_versions,
    mappings,
    reconciliations,
    records,
    rehearsals,
    remedies,
    status,
    wishes,
)
from server.api.access import RATE, KeyHolders, provide_caller
from server.api.parameters import refuse_unknown_parameters
from server.requests import RequestNames

NEVER_KEPT = CacheControlHeader(no_store=True)


def api(*, https: bool) -> Router:
    """All of it."""
    return Router(
        path="/api/v1",
        route_handlers=[
            status.get_status,
            licences.get_licence,
            licences.open_checkout,
            wishes.get_toggles,
            wishes.put_toggles,
            wishes.get_order_settings,
            wishes.put_order_settings,
            wishes.get_nightly,
            wishes.put_nightly,
            mappings.get_mapping,
            mappings.put_mapping,
            mapping_preview.post_preview,
            mapping_preview.get_fields,
            mapping_preview.get_inverse,
            mapping_preview.post_apply,
            mapping_versions.list_versions,
            mapping_versions.get_version,
            mapping_versions.get_changes,
            mapping_versions.post_restore,
            mapping_versions.get_export,
            mapping_versions.post_import,
            events.list_events,
            events.get_event,
            events.replay_event,
            events.replay_events,
            exports.post_export,
            exports.list_exports,
            exports.get_export,
            exports.pause_export,
            exports.resume_export,
            exports.cancel_export,
            exports.list_export_failures,
            exports.retry_export,
            records.list_links,
            records.list_records,
            records.get_summary,
            records.get_reasons,
            records.get_record,
            remedies.run_remedy,
            remedies.replay_record,
            remedies.list_candidates,
            remedies.adopt_record,
            imports.post_import,
            imports.list_imports,
            imports.get_import,
            imports.pause_import,
            imports.resume_import,
            imports.cancel_import,
            imports.list_failures,
            imports.retry_import,
            rehearsals.post_rehearsal,
            rehearsals.list_rehearsals,
            rehearsals.get_rehearsal,
            rehearsals.pause_rehearsal,
            rehearsals.resume_rehearsal,
            rehearsals.cancel_rehearsal,
            reconciliations.begin_reconciliation,
            reconciliations.list_reconciliations,
            reconciliations.get_reconciliation,
            reconciliations.repair_reconciliation,
            holds.list_holds,
            holds.approve_hold,
            holds.discard_hold,
            holds.get_guard,
            holds.put_guard,
        ],
        dependencies={"caller": Provide(provide_caller)},
        middleware=[RequestNames(https=https), KeyHolders(), RATE.middleware],
        before_request=refuse_unknown_parameters,
        security=[{"bearer": []}],
        cache_control=NEVER_KEPT,
    )
