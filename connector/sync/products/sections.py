"""Sections of the catalogue for Bling's categories: found by name below the section above, or made, once.

Only when a product that takes part has a category whose section is not known yet: then the account's
categories are read (one call), and what is missing is looked for in Bitrix24 and made, level by level. One
drainer per tenant and one lock per turn keep two records from making the same section; after a crash it is
found by its name.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.packer import Done, Failed, Result
from connector.domain.products import Shape, is_excluded, is_filtered, shape_of
from connector.domain.sections import NEW, Category, category_of, path, same_name, title
from connector.domain.values import at
from connector.domain.vendor import Rejected, VendorError
from connector.store import sections as store
from connector.sync.context import Context
from connector.sync.products.work import ProductWork
from connector.sync.reading import reading
from connector.sync.shared import Shared

#: Names of one list command.
NAMES_A_LIST = 50

_Wanted = dict[int, list[ProductWork]]


class Sections:
    """The sections of one turn."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._lock = asyncio.Lock()
        self._categories: dict[UUID, dict[int, Category]] = {}
        #: What this turn found out, by account.
        self._found: dict[UUID, store.Table] = defaultdict(dict)

    async def prepare(self, works: Iterable[ProductWork], context: Context, catalogue: Catalogue) -> None:
        """Let the lens know the sections of these records' categories, as far as they can be known.

        A vendor that does not answer puts its records off; a category without a section is left to the rule.
        """
        if context.lens.section_rule is None:
            return
        wanted = self._wanted(works, context)
        if not wanted:
            return
        async with self._lock:
            for account, categories in wanted.items():
                context.lens.sections.update(self._found[account])
                missing = {
                    one: mine for one, mine in categories.items() if str(one) not in context.lens.sections
                }
                if missing:
                    await self._learn(account, missing, context, catalogue)

    def _wanted(self, works: Iterable[ProductWork], context: Context) -> dict[UUID, _Wanted]:
        """Categories without a known section, of records that may be written, by account."""
        assert context.lens.section_rule is not None
        found: dict[UUID, _Wanted] = defaultdict(lambda: defaultdict(list))
        for work in works:
            category = at(work.source, context.lens.section_rule.bling) if _takes_part(work, context) else 0
            if isinstance(category, int) and category and str(category) not in context.lens.sections:
                found[work.key.account_id][category].append(work)
        return found

    async def _learn(self, account: UUID, missing: _Wanted, context: Context, catalogue: Catalogue) -> None:
        works = [work for mine in missing.values() for work in mine]
        try:
            categories = await self._categories_of(account, missing, works)
        except VendorError as fault:
            for work in works:
                self._shared.faults.read_failed(work, fault, self._shared.engine.clock())
            return
        known = context.lens.sections
        if not self._shared.ends.real:
            known.update({str(one): NEW + name for one in missing if (name := title(categories, one))})
        paths = {one: path(categories, one) for one in missing}
        error = await self._by_levels(account, list(paths.values()), known, catalogue)
        await self._remember(account)
        if error is not None:
            self._put_off({one: works for one, works in missing.items() if paths[one]}, known, error)

    async def _by_levels(
        self, account: UUID, paths: list[tuple[Category, ...]], known: store.Table, catalogue: Catalogue
    ) -> VendorError | None:
        """From the top down, so that what is above is known; what went wrong, if something did."""
        for depth in range(max(map(len, paths), default=0)):
            level = {steps[depth].id: steps[depth] for steps in paths if depth < len(steps)}
            unknown = [one for one in level.values() if _is_unknown(known, one.id)]
            error = await self._level(account, unknown, known, catalogue)
            if error is not None:
                return error
        return None

    async def _categories_of(
        self, account: UUID, missing: _Wanted, works: list[ProductWork]
    ) -> dict[int, Category]:
        """All of the account's, read once a turn, and again for one that was made since; raises a fault."""
        known = self._categories.get(account, {})
        if not missing.keys() <= known.keys():
            reading.set(tuple(works))
            rows = await self._shared.bling(account).categories()
            known = {one.id: one for one in (category_of(row) for row in rows if row.get("id"))}
            self._categories[account] = known
        return known

    async def _level(
        self, account: UUID, level: list[Category], known: store.Table, catalogue: Catalogue
    ) -> VendorError | None:
        """Find or make these, whose parents are known; what went wrong, if something did."""
        level = [one for one in level if not one.parent or not _is_unknown(known, one.parent)]
        there, error = await self._there(sorted({one.name for one in level}), catalogue)
        if error is not None:
            return error
        making: list[tuple[Category, int]] = []
        for one in level:
            parent = int(known[str(one.parent)]) if one.parent else 0
            section = _same(there, one.name, parent)
            if section is not None:
                self._learned(account, one, section, known)
            elif self._shared.ends.real:
                making.append((one, parent))
        return await self._make(account, making, known, catalogue)

    async def _there(
        self, names: list[str], catalogue: Catalogue
    ) -> tuple[list[vendor.Section], VendorError | None]:
        """The portal's sections of these names, all pages."""
        iblock = catalogue.product_iblock_id
        groups = [names[start : start + NAMES_A_LIST] for start in range(0, len(names), NAMES_A_LIST)]
        questions = [(group, 0) for group in groups]
        found: list[vendor.Section] = []
        while questions:
            commands = [vendor.find_sections(iblock, group, start) for group, start in questions]
            results = await self._shared.packer.run(commands)
            if (error := _error(results)) is not None:
                return [], error
            further: list[tuple[list[str], int]] = []
            for (group, _), result in zip(questions, results, strict=True):
                assert isinstance(result, Done)
                found += vendor.sections(result.result)
                if result.next is not None:
                    further.append((group, result.next))
            questions = further
        return found, None

    async def _make(
        self, account: UUID, making: list[tuple[Category, int]], known: store.Table, catalogue: Catalogue
    ) -> VendorError | None:
        """Make sections, those of one name below one parent once."""
        groups: list[list[tuple[Category, int]]] = []
        for one, parent in making:
            for group in groups:
                if group[0][1] == parent and same_name(group[0][0].name, one.name):
                    group.append((one, parent))
                    break
            else:
                groups.append([(one, parent)])
        commands = [
            vendor.add_section(catalogue.product_iblock_id, group[0][0].name, group[0][1]) for group in groups
        ]
        results = await self._shared.packer.run(commands) if commands else []
        for group, result in zip(groups, results, strict=True):
            if isinstance(result, Done):
                for one, _ in group:
                    self._learned(account, one, vendor.written_id(result.result), known)
        return _error(results)

    def _learned(self, account: UUID, one: Category, section: int, known: store.Table) -> None:
        known[str(one.id)] = str(section)
        if self._shared.ends.real:
            self._found[account][str(one.id)] = str(section)

    async def _remember(self, account: UUID) -> None:
        """What was found out stays known; on paper nothing was."""
        found = self._found[account]
        if not found:
            return
        async with self._shared.engine.database.tenant(self._shared.tenant_id):
            kept = (await store.load(self._shared.tenant_id)).get(account, {})
            now = self._shared.engine.clock()
            await store.save(self._shared.tenant_id, {account: {**kept, **found}}, now)

    def _put_off(self, missing: _Wanted, known: store.Table, error: VendorError) -> None:
        """A refusal is the rule's affair: its field is left out. Anything else is tried again."""
        if isinstance(error, Rejected):
            return
        now = self._shared.engine.clock()
        for category, works in missing.items():
            for work in works if _is_unknown(known, category) else ():
                self._shared.faults.write_failed(work, error, now)


def _takes_part(work: ProductWork, context: Context) -> bool:
    """Whether the record may come to be written, as far as that can be told before it is planned."""
    source, allowed = work.source, context.allowed
    if not work.open or source is None or context.waits(work.key) is not None or context.leaves_out(work.key):
        return False
    if is_excluded(source) or is_filtered(source, context.filter) or shape_of(source) is Shape.OFFER:
        return False
    is_gone = work.link is not None and work.link.gone_at is not None and not context.recreate
    return not is_gone and (allowed.update or (allowed.create and work.bitrix_id is None))


def _is_unknown(known: store.Table, category: int) -> bool:
    return known.get(str(category), NEW).startswith(NEW)


def _same(there: list[vendor.Section], name: str, parent: int) -> int | None:
    """The oldest of that name below that parent."""
    return min((one.id for one in there if one.parent == parent and same_name(one.name, name)), default=None)


def _error(results: Iterable[Result]) -> VendorError | None:
    return next((one.error for one in results if isinstance(one, Failed)), None)
