"""What the JSON API answers, word for word as its contract says."""

from __future__ import annotations

from typing import Any

import msgspec

from connector.domain.drift import What, Why
from connector.domain.events import Action, Kind, Outcome, RecordState, Source
from connector.domain.vendor import ConnectionState, Provider
from connector.sync.runs.sides import SideField
from server.api.paging import Moment


class BlingConnection(msgspec.Struct, frozen=True, kw_only=True):
    """One Bling account; `held` = events that wait for it."""

    company_id: str
    name: str
    account_key: str
    state: ConnectionState
    since: Moment
    held: int


class Bitrix24Connection(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant's portal; state `none` while there is none."""

    member_id: str | None
    state: ConnectionState
    since: Moment | None
    held: int


class ConnectionsShown(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides."""

    bling: list[BlingConnection]
    bitrix24: Bitrix24Connection


class LimitsShown(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan includes; null = no limit."""

    accounts: int
    synced_per_month: int
    log_days: int
    people: int | None


class LicenceShown(msgspec.Struct, frozen=True, kw_only=True):
    """The right to sync; `usage` = records synced in the present period."""

    state: str
    plan: str
    source: str
    ends_at: Moment | None
    usage: int
    limits: LimitsShown


class CheckoutOpened(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /licence/checkout`."""

    url: str


class InboxShown(msgspec.Struct, frozen=True, kw_only=True):
    """Events without an outcome, the held ones not counted."""

    depth: int
    oldest_age_s: float | None


class StatusShown(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /status`."""

    connections: ConnectionsShown
    licence: LicenceShown | None
    inbox: InboxShown
    last_sync_at: Moment | None


class RecordShown(msgspec.Struct, frozen=True, kw_only=True):
    """The record of an event; ids are text, because they do not fit every JSON number."""

    bling_id: str | None
    bitrix_id: str | None
    label: str


class EventShown(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `GET /events`."""

    id: str
    source: Source
    kind: Kind
    action: Action
    record: RecordShown
    provider_event_id: str
    received_at: Moment
    settled_at: Moment | None
    outcome: Outcome | None
    reason: str | None
    sync_id: str | None


class ChangeShown(msgspec.Struct, frozen=True, kw_only=True):
    """One changed field, by which rule of which version of the mapping.

    `way`: "" = Bitrix24's field, `export` = Bling's; `conflict_bling`, `conflict_bitrix24` = both sides had
    changed it, and who won (then the field is the loser's).
    """

    field: str
    before: str | None
    after: str | None
    rule: str | None
    version: int | None
    way: str = ""


class CallShown(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a vendor."""

    provider: Provider
    method: str
    status: int
    ms: int
    at: Moment


class EventDetail(EventShown, frozen=True, kw_only=True):
    """`GET /events/{id}`: the row and what stands behind it."""

    payload: Any
    plan: Any
    changes: list[ChangeShown]
    calls: list[CallShown]


class PlanShown(msgspec.Struct, frozen=True, kw_only=True):
    """A dry run: each write that a replay would make, beside what the event wrote then.

    `then` is empty for an event that wrote nothing; `difference` names each field whose value is another one
    now, in the order of records and fields.
    """

    plan: list[Any]
    then: list[Any]
    difference: list[Any]


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """The new event of a replay."""

    event_id: str


class BulkCounted(msgspec.Struct, frozen=True, kw_only=True):
    """How many records a bulk replay would run; `more`: the filter has more, older ones."""

    records: int
    more: bool


class BulkReplayed(BulkCounted, frozen=True, kw_only=True):
    """A bulk replay; what waits in the inbox anyway is not `queued` once more."""

    queued: int


class LinkShown(msgspec.Struct, frozen=True, kw_only=True):
    """One pair of records."""

    kind: Kind
    bling_id: str | None
    bitrix_id: str | None
    state: RecordState
    reason: str | None
    synced_at: Moment | None


class RecordRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `GET /records`; `remedy` = what a person can do about `reason`."""

    kind: Kind
    bling_id: str | None
    bitrix_id: str | None
    label: str
    sku: str | None
    state: RecordState
    reason: str | None
    remedy: str | None
    synced_at: Moment | None


class ReasonCount(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `GET /records/reasons`; `runnable` = `POST /remedies` takes it."""

    kind: Kind
    state: RecordState
    reason: str
    remedy: str | None
    runnable: bool
    n: int


class RemedyRun(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /remedies`; `more` = ask again, there are more records than one request takes."""

    queued: int
    more: bool


class CandidateShown(msgspec.Struct, frozen=True, kw_only=True):
    """A product of Bitrix24 with the record's SKU; `free` = the record may take it over."""

    bitrix_id: str
    name: str
    active: bool
    free: bool
    #: The Bling id of the record that it belongs to.
    bling_id: str | None


class FieldShown(msgspec.Struct, frozen=True, kw_only=True):
    """One field pair of a record: what Bling said last, what Ponte wrote last, and by which rule.

    `kept`: a person edited Bitrix24's side, and the rule keeps that; then its value is theirs.
    """

    rule: str
    bling: str
    bitrix24: str
    bling_value: str | None
    bitrix24_value: str | None
    in_step: bool
    kept: bool
    version: int | None
    event_id: str | None


class SidesShown(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides as they were seen at `at`, earlier where a vendor is silent now (`stale`).

    `what` and `why` are null where they agree; `reason` says why a record takes no part.
    """

    at: Moment
    stale: bool
    what: What | None
    why: Why | None
    reason: str | None
    fields: list[SideField]


class RecordDetail(RecordRow, frozen=True, kw_only=True):
    """`GET /records/{kind}/{bling_id}`; `sides` is null without `fresh`, or when nobody answers."""

    fields: list[FieldShown]
    sides: SidesShown | None = None


class RuleShown(msgspec.Struct, frozen=True, kw_only=True):
    """One field pair of the mapping."""

    id: str
    bling: str
    bitrix24: str
    transform: Any
    policy: str
    locked: bool
    direction: str
    empty: str


class MappingShown(msgspec.Struct, frozen=True, kw_only=True):
    """`GET` and `PUT /mappings/{kind}`."""

    version: int
    rules: list[RuleShown]
    filter: dict[str, Any]


class Nightly(msgspec.Struct, frozen=True):
    """`/settings/reconciliation`: whether a night mends all that differs, or only what Bling changed unheard.

    With all, what was edited by hand in Bitrix24 is overwritten and what is missing there is made.
    """

    mends_all: bool


class OrderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /settings/order`."""

    on_deleted: str
