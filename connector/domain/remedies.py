"""What each reason means for its record's state, and what a person can do about it.

Pure: words are the screens', deeds are `connector.account.remedies`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from connector.domain.events import Kind, Reason, RecordState


class Cure(StrEnum):
    """What mends a cause; a code for the API, a button on the screens."""

    ENABLE_TOGGLE = "enable_toggle"
    CHANGE_FILTER = "change_filter"
    UPGRADE_PLAN = "upgrade_plan"
    CHOOSE_PLAN = "choose_plan"
    CONTACT_SUPPORT = "contact_support"
    RESUME_RUN = "resume_run"
    RECONNECT = "reconnect"
    CONNECT = "connect"
    REVIEW_CHANGES = "review_changes"
    CHOOSE_STAGE = "choose_stage"
    CHOOSE_RECORD = "choose_record"
    CORRECT_IN_BLING = "correct_in_bling"
    RECREATE = "recreate"
    REPLAY = "replay"
    #: There is nothing to do.
    NOTHING = "nothing"


class Again(StrEnum):
    """How records with a reason come to be worked on again."""

    #: As soon as the cause is mended, by itself; a person may hurry it.
    BY_ITSELF = "by_itself"
    #: When a person says so.
    BY_HAND = "by_hand"
    #: One by one, each with its own decision.
    ONE_BY_ONE = "one_by_one"
    #: Running it again would end in the same way.
    NEVER = "never"


class Remedy(msgspec.Struct, frozen=True):
    """What a reason asks for."""

    #: The state of a record that stands for this reason.
    state: RecordState
    cure: Cure
    again: Again
    #: Tried once more every night.
    nightly: bool = False


_WAITING, _EXCLUDED = RecordState.WAITING, RecordState.EXCLUDED
_NEEDS_YOU, _DELETED = RecordState.NEEDS_YOU, RecordState.DELETED

REMEDIES: Mapping[Reason, Remedy] = {
    Reason.STALE: Remedy(RecordState.IN_STEP, Cure.NOTHING, Again.NEVER),
    Reason.SUPERSEDED: Remedy(RecordState.IN_STEP, Cure.NOTHING, Again.NEVER),
    Reason.NOT_SUPPORTED: Remedy(_EXCLUDED, Cure.NOTHING, Again.NEVER),
    Reason.CREATE_OFF: Remedy(_EXCLUDED, Cure.ENABLE_TOGGLE, Again.BY_HAND),
    Reason.TOGGLE_OFF: Remedy(_EXCLUDED, Cure.ENABLE_TOGGLE, Again.BY_HAND),
    Reason.FILTERED: Remedy(_EXCLUDED, Cure.CHANGE_FILTER, Again.BY_HAND),
    Reason.BEFORE_START: Remedy(_EXCLUDED, Cure.CHANGE_FILTER, Again.BY_HAND),
    Reason.NOT_A_SALE: Remedy(_EXCLUDED, Cure.NOTHING, Again.NEVER),
    Reason.QUOTA: Remedy(_WAITING, Cure.UPGRADE_PLAN, Again.BY_ITSELF),
    Reason.LICENCE: Remedy(_WAITING, Cure.CHOOSE_PLAN, Again.BY_ITSELF),
    Reason.PAUSED: Remedy(_WAITING, Cure.CONTACT_SUPPORT, Again.BY_ITSELF),
    Reason.RUN_PAUSED: Remedy(_WAITING, Cure.RESUME_RUN, Again.BY_ITSELF),
    Reason.NEEDS_RECONNECT: Remedy(_WAITING, Cure.RECONNECT, Again.BY_ITSELF),
    Reason.INACTIVE: Remedy(_WAITING, Cure.RECONNECT, Again.BY_ITSELF),
    Reason.SCOPE_MISSING: Remedy(_WAITING, Cure.RECONNECT, Again.BY_ITSELF),
    Reason.NOT_CONNECTED: Remedy(_WAITING, Cure.CONNECT, Again.BY_ITSELF),
    Reason.STAGE_MISSING: Remedy(_NEEDS_YOU, Cure.CHOOSE_STAGE, Again.BY_ITSELF),
    Reason.GUARD_RAIL: Remedy(_NEEDS_YOU, Cure.REVIEW_CHANGES, Again.ONE_BY_ONE),
    Reason.AMBIGUOUS: Remedy(_NEEDS_YOU, Cure.CHOOSE_RECORD, Again.BY_HAND),
    Reason.LOOP: Remedy(_NEEDS_YOU, Cure.REPLAY, Again.BY_HAND),
    Reason.PARENT_MISSING: Remedy(_NEEDS_YOU, Cure.REPLAY, Again.BY_HAND, nightly=True),
    Reason.INVALID_VALUE: Remedy(_NEEDS_YOU, Cure.CORRECT_IN_BLING, Again.BY_HAND, nightly=True),
    Reason.REFUSED_BY_BLING: Remedy(_NEEDS_YOU, Cure.REPLAY, Again.BY_HAND, nightly=True),
    Reason.REFUSED_BY_BITRIX24: Remedy(_NEEDS_YOU, Cure.REPLAY, Again.BY_HAND, nightly=True),
    Reason.GAVE_UP: Remedy(_NEEDS_YOU, Cure.REPLAY, Again.BY_HAND),
    Reason.EXPIRED: Remedy(_NEEDS_YOU, Cure.REPLAY, Again.BY_HAND),
    Reason.DELETED_IN_BITRIX24: Remedy(_DELETED, Cure.RECREATE, Again.BY_HAND),
    Reason.NOT_LINKED: Remedy(_DELETED, Cure.NOTHING, Again.NEVER),
    Reason.GONE_IN_BLING: Remedy(_DELETED, Cure.NOTHING, Again.NEVER),
}

#: What `failed` ends with: tried once more every night.
NIGHTLY = tuple(reason for reason, remedy in REMEDIES.items() if remedy.nightly)

#: Kinds that toggles and filters speak of: running others again would end in the same way.
SYNCED = frozenset({Kind.PRODUCT, Kind.ORDER, Kind.SALE})

#: Records that each toggle kept out, by its name.
KEPT_OUT: Mapping[str, tuple[Kind, Reason]] = {
    "product.create": (Kind.PRODUCT, Reason.CREATE_OFF),
    "product.update": (Kind.PRODUCT, Reason.TOGGLE_OFF),
    "product.delete": (Kind.PRODUCT, Reason.TOGGLE_OFF),
    "order.create": (Kind.ORDER, Reason.CREATE_OFF),
    "order.update": (Kind.ORDER, Reason.TOGGLE_OFF),
    "sale.create": (Kind.SALE, Reason.CREATE_OFF),
}

#: What a filter keeps out.
BY_FILTER = (Reason.FILTERED, Reason.BEFORE_START)


def remedy_of(reason: Reason) -> Remedy:
    """What this reason asks for."""
    return REMEDIES[reason]


def state_of(reason: Reason) -> RecordState:
    """The state of a record that was held, left out or refused for this reason."""
    return REMEDIES[reason].state


def can_be_run(reason: Reason, kind: Kind) -> bool:
    """Whether a person may have all records with this reason worked on again at once."""
    again = REMEDIES[reason].again
    if again is Again.BY_HAND:
        return kind in SYNCED
    return again is Again.BY_ITSELF
