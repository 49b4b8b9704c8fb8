"""What can be decided about an order or a sale from the message about it alone."""

from __future__ import annotations

from connector.domain.deals import ROWS_FIELD
from connector.domain.events import Outcome, Reason
from connector.domain.mapping import Source
from connector.domain.orders import Filter, outside
from connector.domain.sales import Standing, standing, why_no_sale
from connector.domain.winner import Trust
from connector.sync.context import Context
from connector.sync.deals.wishes import DealWishes
from connector.sync.deals.work import DealWork


def decide(work: DealWork, context: Context) -> None:
    """Settle what needs no vendor; leave open what has to be read, or removed."""
    if reason := context.waits(work.key):
        return work.hold(reason)
    if work.trust is Trust.STALE:
        return work.end(Outcome.SKIPPED, Reason.STALE)
    if work.is_sale:
        return _decide_sale(work, context.deals)
    return _decide_order(work, context.deals)


def takes_part(work: DealWork, source: Source, wishes: DealWishes) -> bool:
    """Whether the tenant's filter lets the order pass; ends it if not."""
    connected = wishes.connected.get(work.key.account_id)
    reason = outside(source, wishes.filter, connected, linked=work.bitrix_id is not None)
    if reason is not None:
        work.end(Outcome.SKIPPED, reason)
    return reason is None


def sale_takes_part(work: DealWork, wishes: DealWishes) -> bool:
    """Whether the invoice is young enough for a deal of its own; ends it if not."""
    connected = wishes.connected.get(work.key.account_id)
    dated = {"data": (work.source or {}).get("dataEmissao")}
    reason = outside(dated, Filter(since=wishes.filter.since), connected, linked=False)
    if reason is not None:
        work.end(Outcome.SKIPPED, reason)
    return reason is None


def is_half_made(work: DealWork) -> bool:
    """The deal was made, and its rows were not written: to finish it belongs to creating it."""
    link = work.link
    if link is None or link.bitrix_id is None or link.fingerprint is not None:
        return False
    return ROWS_FIELD not in work.memory


def _decide_order(work: DealWork, wishes: DealWishes) -> None:
    if work.trust is Trust.GONE:
        work.gone_in_bling = True
        if work.bitrix_id is None:
            work.end(Outcome.SKIPPED, Reason.NOT_LINKED)
        return None
    if work.link is not None and work.link.gone_at is not None and not (wishes.recreate or work.link.choice):
        return work.end(Outcome.SKIPPED, Reason.DELETED_IN_BITRIX24)
    if work.bitrix_id is None and not wishes.allowed.create:
        return work.end(Outcome.SKIPPED, Reason.CREATE_OFF)
    if work.bitrix_id is not None and not wishes.allowed.update and not is_half_made(work):
        return work.end(Outcome.SKIPPED, Reason.TOGGLE_OFF)
    if work.source is not None:
        takes_part(work, work.source, wishes)
    return None


def _decide_sale(work: DealWork, wishes: DealWishes) -> None:
    if not wishes.sales:
        return work.end(Outcome.SKIPPED, Reason.CREATE_OFF)
    if work.trust is Trust.GONE:
        return work.end(Outcome.SKIPPED, Reason.NOT_A_SALE, "nota excluída no Bling")
    if work.link is not None and work.link.gone_at is not None and not (wishes.recreate or work.link.choice):
        return work.end(Outcome.SKIPPED, Reason.DELETED_IN_BITRIX24)
    if work.source is not None:
        is_to_write(work, work.source)
    return None


def is_to_write(work: DealWork, source: Source) -> bool:
    """Whether the invoice is a sale, or was one; ends it if not."""
    match standing(source):
        case Standing.SALE:
            return True
        case Standing.CANCELLED if work.bitrix_id is not None:
            return True
        case Standing.CANCELLED:
            work.end(Outcome.SKIPPED, Reason.NOT_A_SALE, "nota cancelada antes de virar negócio")
        case Standing.NO_SALE:
            work.end(Outcome.SKIPPED, Reason.NOT_A_SALE, why_no_sale(source))
    return False
