"""Orders at a first look: a page of Bling's list against 50 deals a command, rows by their sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connector.bitrix24 import crm, ours
from connector.bitrix24.batch import Command
from connector.bitrix24.packer import Packer
from connector.bling.client import Record
from connector.domain import drift, orders
from connector.domain.deals import ORIGIN_FIELD, ROWS_FIELD, SITUATION
from connector.domain.events import RecordKey
from connector.domain.mapping import PIPELINE_FIELD, STAGE_FIELD, BadField, Target
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.deals.lookup import chunks, held_by
from connector.sync.deals.orders import END_FIELD
from connector.sync.runs.looks import Looked, Mark, asked

#: What a row of Bling's list of orders carries (facts of Bling, orders): 100 records a call.
LIST_FIELDS = frozenset(
    {
        *("id", "numero", "numeroLoja", "data", "dataSaida", "dataPrevista", "totalProdutos", "total"),
        *("contato", "situacao", "loja"),
    }
)
#: Of what was written, what is compared otherwise: rows by their sum; where a deal stands and when it ends is
#: the portal's business and people's, and only Bling's change of them is a difference.
_APART = frozenset({ROWS_FIELD, PIPELINE_FIELD, STAGE_FIELD, END_FIELD})


class DealLook:
    """Orders and their deals."""

    whole = False
    sides: tuple[int, ...] = (0,)

    def __init__(self, context: Context, packer: Packer) -> None:
        self._context, self._packer = context, packer
        self._wishes = context.deals
        self._narrow = drift.narrowed(self._wishes.order, LIST_FIELDS)

    async def compare(
        self,
        rows: Mapping[RecordKey, Record],
        links: Mapping[RecordKey, Link],
        changed: frozenset[RecordKey],
    ) -> Looked:
        """What no list shows counts as it was written, unless Bling has changed the order."""
        looked = Looked()
        linked: dict[RecordKey, Target] = {}
        for key, row in rows.items():
            link = links.get(key)
            if self._is_out(key, row, link):
                looked.excluded += 1
                continue
            target = None if link is None or key in changed else self._expected(key, row, link)
            if target is None:
                looked.doubt(key)
            else:
                linked[key] = target
        fields = frozenset(name for target in linked.values() for name in target)
        deals = await self._deals([links[key].bitrix_id or 0 for key in linked], fields)
        for key, target in linked.items():
            link = links[key]
            deal = deals.get(link.bitrix_id or 0)
            memory = written(link)
            if deal is not None and drift.same(
                target, held_by(deal, target), memory, self._wishes.order.keeps
            ):
                looked.compared += 1
            else:
                looked.doubt(key)
        return looked

    def page(self, side: int, after: int, start: int) -> Command:
        """Deals that Ponte made."""
        return ours.marked_deals(after, start)

    def marks(self, side: int, result: Any) -> list[Mark]:
        """Deals by their origin."""
        return [
            Mark(int(row["id"]), str(row.get("originId") or ""), str(row.get("title") or ""))
            for row in crm.items(result)
        ]

    def side_of(self, shape: str | None) -> int:
        """There is one list of deals."""
        return 0

    def bling_id(self, mark: Mark) -> int | None:
        """`{companyId}:{orderId}`; a sale's own deal names its document between them."""
        company, _, number = mark.text.partition(":")
        if number.isascii() and number.isdecimal() and len(number) < 19:
            return int(number) if company in self._context.companies.values() else 0
        return 0 if ":" in number else None

    def is_listed(self, link: Link) -> bool:
        """Lists begin with the day from which orders count."""
        since = self._wishes.filter.since or self._wishes.connected.get(link.record.account_id)
        day = written(link).get("begindate", "")[:10]
        return not (since is not None and day and day < since.isoformat())

    def _is_out(self, key: RecordKey, row: Record, link: Link | None) -> bool:
        linked = link is not None and link.bitrix_id is not None and link.gone_at is None
        allowed = self._wishes.allowed.update if linked else self._wishes.allowed.create
        if not allowed:
            return True
        # Rows do not show their seller; the lists are asked by seller (connector.sync.runs.slices).
        chosen = orders.Filter(
            since=self._wishes.filter.since,
            situacao=self._wishes.filter.situacao,
            loja=self._wishes.filter.loja,
        )
        connected = self._wishes.connected.get(key.account_id)
        return orders.outside(row, chosen, connected, linked=linked) is not None

    def _expected(self, key: RecordKey, row: Record, link: Link) -> Target | None:
        """What the row says of the deal; None when the order itself has to be read."""
        memory = written(link)
        is_known = link.fingerprint is not None and link.mapping_version == self._wishes.order.version
        is_known = is_known and link.bitrix_id is not None and link.gone_at is None
        if not is_known or memory.get(SITUATION) != str(orders.situation_of(row)):
            return None
        try:
            target = self._narrow.apply(row, [])
        except BadField:
            return None
        for name in (PIPELINE_FIELD, STAGE_FIELD):
            target.pop(name, None)
        if target.get(END_FIELD) == memory.get(END_FIELD):
            target.pop(END_FIELD, None)
        target[ORIGIN_FIELD] = orders.origin(self._context.companies[key.account_id], row)
        unseen = {name: value for name, value in memory.items() if name[0] != "@" and name not in _APART}
        shown = {rule.bitrix24 for rule in self._narrow.rules}
        return {name: value for name, value in unseen.items() if name not in shown} | target

    async def _deals(self, ids: Sequence[int], fields: frozenset[str]) -> dict[int, dict[str, Any]]:
        questions = [crm.find_items_by_ids(crm.DEAL, group, sorted(fields)) for group in chunks(ids)]
        answers = await asked(self._packer, questions)
        return {int(row["id"]): row for answer in answers for row in crm.items(answer.result)}


def written(link: Link) -> Target:
    """What was written into the record last."""
    return msgspec.json.decode(link.written, type=dict[str, str]) if link.written else {}
