"""What is counted for Prometheus where it happens; `server.gauges` adds what the database and Redis know."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()

_WEBHOOKS = Counter(
    "ponte_webhooks", "Requests at Bling's doors, by what became of them", ["result"], registry=REGISTRY
)
#: By result; `stored` counts duplicates too, which vanish in the database.
MESSAGES = {
    result: _WEBHOOKS.labels(result)
    for result in (
        "stored",
        "unclaimed",
        "quarantined",
        "bad_signature",
        "unknown_key",
        "not_post",
        "too_large",
        "store_away",
    )
}
GROUP_SIZE = Histogram(
    "ponte_ingest_group_size",
    "Messages that shared one transaction",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
    registry=REGISTRY,
)
