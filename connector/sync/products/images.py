"""Pictures of products: written after the record's other fields, each work's in a command of its own.

A picture is written when its address, without what signs it for a while, is another than the one written
last; it is fetched only then. One that cannot be had leaves its field out, and the event says so; the next
change in Bling tries again, for what was written does not have it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import httpx
import msgspec

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24.packer import Command, Done, Packer, Result
from connector.domain.events import Outcome
from connector.domain.mapping import Lens, Target
from connector.domain.pictures import file_key, link_of
from connector.domain.products import Create, Plan, Update
from connector.domain.values import at
from connector.domain.vendor import Gone, Rejected
from connector.sync.faults import Faults
from connector.sync.products import elements
from connector.sync.products.downloads import Downloads, Picture, Unfetched
from connector.sync.products.work import ProductWork

#: Records whose pictures are held in memory together: 8 of at most 5 MB, and a third more as text.
AT_ONCE = 8
#: What takes a picture away (document of catalog.product.update).
_NONE = {"remove": "Y"}


class Pictures:
    """Writes the pictures of one chunk of records."""

    def __init__(self, packer: Packer, lens: Lens, faults: Faults, downloads: Downloads) -> None:
        self._packer = packer
        self._lens = lens
        self._faults = faults
        self._downloads = downloads

    def without(self, plan: Plan | None) -> Plan | None:
        """The plan's other fields."""
        if not self._lens.pictures or not isinstance(plan, Create | Update):
            return plan
        fields = {name: value for name, value in plan.fields.items() if name not in self._lens.pictures}
        return msgspec.structs.replace(plan, fields=fields)

    async def carry_out(self, works: Iterable[ProductWork], now: datetime) -> None:
        """For records whose other fields are written; ends those that had none."""
        wanting = [(work, names) for work in works if (names := self._wanted(work))]
        if not wanting:
            return
        async with self._downloads.client() as http:
            for start in range(0, len(wanting), AT_ONCE):
                await self._write(http, wanting[start : start + AT_ONCE], now)

    def _wanted(self, work: ProductWork) -> Target:
        """The pictures to write, by field; a new record has none to take away."""
        written = work.open or work.ended_in(Outcome.CREATED, Outcome.UPDATED)
        if not written or not isinstance(work.plan, Create | Update):
            return {}
        return {
            name: address
            for name, address in work.plan.fields.items()
            if name in self._lens.pictures and (address or isinstance(work.plan, Update))
        }

    async def _write(
        self, http: httpx.AsyncClient, group: list[tuple[ProductWork, Target]], now: datetime
    ) -> None:
        files = await asyncio.gather(*(self._files(http, work, names) for work, names in group))
        asked = [(work, names, fields) for (work, names), fields in zip(group, files, strict=True) if fields]
        results = await self._packer.run([self._command(work, fields) for work, _, fields in asked])
        for (work, names, fields), result in zip(asked, results, strict=True):
            self._take_in(work, {name: names[name] for name in fields}, result, now)
        for work, _ in group:
            work.end(Outcome.UNCHANGED, detail=work.remark)

    async def _files(self, http: httpx.AsyncClient, work: ProductWork, names: Target) -> dict[str, Any]:
        """What Bitrix24 takes, by field; what could not be had is left out and said."""
        fields: dict[str, Any] = {}
        had: dict[str, Picture] = {}
        for name, address in names.items():
            if not address:
                fields[name] = _NONE
                continue
            try:
                had[address] = had.get(address) or await self._downloads.fetch(http, self._link(work, name))
            except Unfetched as error:
                _leave_out(work, (name,), f"a imagem não foi copiada: {error}")
            else:
                fields[name] = {"fileData": list(had[address])}
        return fields

    def _link(self, work: ProductWork, name: str) -> str:
        """The link as Bling signed it at this reading."""
        rule = self._lens.rule_for(name)
        return link_of(at(work.source, rule.bling)) if rule is not None else ""

    def _command(self, work: ProductWork, fields: dict[str, Any]) -> Command:
        assert work.bitrix_id is not None
        return elements.update_files(work.shape, work.bitrix_id, fields)

    def _take_in(self, work: ProductWork, names: Target, result: Result, now: datetime) -> None:
        work.called(result.call_id)
        match result:
            case Done(result=answer):
                files = vendor.written_files(answer, names)
                told = {file_key(name): number for name, number in files.items()}
                work.written = {**(work.written or {}), **names, **told}
                work.end(Outcome.UPDATED, work.left_out, work.remark)
            case _ if isinstance(result.error, Rejected) and not isinstance(result.error, Gone):
                _leave_out(work, names, f"a imagem não foi gravada: {result.error.text}")
            case _:
                # Worked on again: if it did arrive, the picture replaces itself.
                work.reopen()
                self._faults.write_failed(work, result.error, now)


def _leave_out(work: ProductWork, names: Iterable[str], why: str) -> None:
    """As if no rule had asked for them, so that the next change asks again."""
    for name in names:
        work.target.pop(name, None)
        work.changes = [change for change in work.changes if change.field != name]
    work.print = None
    work.note(why)
