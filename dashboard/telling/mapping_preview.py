"""What unsaved rules would do to the tenant's own last products."""

from __future__ import annotations

from connector.domain.events import Kind
from connector.sync.preview import FieldPreview, Problem, RecordPreview
from connector.sync.preview import Preview as Seen
from dashboard.reader import N_, _, plural
from dashboard.telling import reasons
from dashboard.telling.field_words import FieldWords
from dashboard.views.mapping import Delta, Preview, Tried
from dashboard.views.parts import Chip

#: Times that a panel asks again by itself: records are read three a second.
MOST_ROUNDS = 20


def told(seen: Seen, words: FieldWords, rounds: int = 0) -> Preview:
    """The panel; those that change stand first. While records are being read it asks again by itself."""
    found = seen.records
    if not found:
        return Preview(sentence=_nothing(seen), asked=True)
    records = sorted(found, key=_place)
    whole = [one for one in found if not one.partial]
    wrong = sum(bool(one.problems) for one in whole)
    changing = sum(not one.problems and bool(_changed(one)) for one in whole)
    return Preview(
        sentence=_("Só uma simulação: nada foi gravado.") + _unread(seen),
        records=tuple(_tried(one, words) for one in records),
        tally=_tally(changing, len(whole) - wrong - changing),
        reading=plural("lendo mais %(num)s…", "lendo mais %(num)s…", seen.pending) if seen.pending else "",
        again=rounds + 1 if seen.pending and rounds < MOST_ROUNDS else 0,
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
    silent = seen.unread - seen.pending
    if not silent:
        return ""
    return " " + plural("%(num)s não pôde ser lido.", "%(num)s não puderam ser lidos.", silent)


def _place(one: RecordPreview) -> int:
    if one.skipped is not None or one.partial:
        return 3
    return 0 if one.problems else 1 if _changed(one) else 2


def _tried(one: RecordPreview, words: FieldWords) -> Tried:
    return Tried(
        label=one.label,
        key=f"Bling {one.bling_id}" + (f" · Bitrix24 {one.bitrix_id}" if one.bitrix_id else ""),
        chip=_chip(one),
        deltas=tuple(_delta(field, words) for field in sorted(one.fields, key=_same)),
        detail="; ".join(_problem(problem, words) for problem in one.problems),
    )


def _problem(one: Problem, words: FieldWords) -> str:
    """In the reader's language, fields by their names."""
    said = _(one.text) % one.said if one.said else _(one.text)
    if not one.target:
        return said
    source = words.bling_title(one.source) or _("modelo")
    return f"{source} → {words.title(one.target)}: {said}"


def _chip(one: RecordPreview) -> Chip:
    if one.partial and one.skipped is None:
        return Chip(_("lendo…"))
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


#: Sentences of connector.domain (values, transforms) and connector.sync.preview, for the catalogue.
PROBLEMS = (
    N_("não é um texto: %(value)s"),
    N_("não é um valor em reais: %(value)s"),
    N_("o valor %(value)s é grande demais"),
    N_("o valor %(value)s é negativo"),
    N_("não é um número: %(value)s"),
    N_("não é um número que caiba: %(value)s"),
    N_("%(one)s e %(other)s não medem a mesma coisa"),
    N_("esperado %(true)s ou %(false)s, veio %(value)s"),
    N_("não é uma data: %(value)s"),
    N_("não é o endereço de uma imagem: %(value)s"),
    N_("a categoria %(category)s ainda não tem seção no Bitrix24"),
    N_("a situação %(situation)s não tem etapa"),
)
