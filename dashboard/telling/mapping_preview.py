"""What unsaved rules would do to the tenant's own last products."""

from __future__ import annotations

from connector.domain.events import Kind
from connector.sync.preview import FieldPreview, RecordPreview
from connector.sync.preview import Preview as Seen
from dashboard.reader import _, plural
from dashboard.telling import reasons
from dashboard.telling.field_words import FieldWords
from dashboard.views.mapping import Delta, Preview, Tried
from dashboard.views.parts import Chip


def told(seen: Seen, words: FieldWords) -> Preview:
    """The panel; those that change stand first."""
    found = seen.records
    if not found:
        return Preview(sentence=_nothing(seen), asked=True)
    records = sorted(found, key=_place)
    wrong = sum(bool(one.problems) for one in found)
    changing = sum(not one.problems and bool(_changed(one)) for one in found)
    return Preview(
        sentence=_("Só uma simulação: nada foi gravado.") + _unread(seen),
        records=tuple(_tried(one, words) for one in records),
        tally=_tally(changing, len(found) - wrong - changing),
        wrong=plural("%(num)s precisa de você", "%(num)s precisam de você", wrong) if wrong else "",
        asked=True,
    )


def refused() -> Preview:
    """The rules cannot be tried as they are."""
    return Preview(sentence=_("Corrija as regras marcadas para ver a prévia."), asked=True)


def silent(why: str) -> Preview:
    """A vendor would not tell."""
    return Preview(sentence=_("A prévia não pôde ser feita agora: %(why)s") % {"why": why}, asked=True)


def _tally(changing: int, same: int) -> tuple[str, ...]:
    return (
        plural("%(num)s muda", "%(num)s mudam", changing),
        plural("%(num)s igual", "%(num)s iguais", same),
    )


def _nothing(seen: Seen) -> str:
    if seen.unread:
        return _("Os seus últimos produtos não puderam ser lidos agora. Tente de novo em um minuto.")
    return _("Nenhum produto por aqui ainda: crie um no Bling e tente de novo.")


def _unread(seen: Seen) -> str:
    if not seen.unread:
        return ""
    return " " + plural("%(num)s não pôde ser lido.", "%(num)s não puderam ser lidos.", seen.unread)


def _place(one: RecordPreview) -> int:
    if one.skipped is not None:
        return 3
    return 0 if one.problems else 1 if _changed(one) else 2


def _tried(one: RecordPreview, words: FieldWords) -> Tried:
    return Tried(
        label=one.label,
        key=f"Bling {one.bling_id}" + (f" · Bitrix24 {one.bitrix_id}" if one.bitrix_id else ""),
        chip=_chip(one),
        deltas=tuple(_delta(field, words) for field in sorted(one.fields, key=_same)),
        detail="; ".join(one.problems),
    )


def _chip(one: RecordPreview) -> Chip:
    if one.skipped is not None:
        explained = reasons.told(one.skipped, Kind.PRODUCT)
        return Chip(explained.short if explained else _("fora do filtro"))
    if one.problems:
        return Chip(_("confira"), "need")
    changed = _changed(one)
    if one.bitrix_id is None and changed:
        return Chip(_("novo"), "run")
    return Chip(plural("%(num)s muda", "%(num)s mudam", changed), "run") if changed else Chip(_("igual"))


def _delta(field: FieldPreview, words: FieldWords) -> Delta:
    return Delta(
        field=words.title(field.field),
        name=field.field,
        before=words.value(field.field, field.before),
        after=words.value(field.field, field.after),
        same=_same(field),
    )


def _same(field: FieldPreview) -> bool:
    return (field.before or "") == (field.after or "")


def _changed(one: RecordPreview) -> int:
    return sum(not _same(field) for field in one.fields)
