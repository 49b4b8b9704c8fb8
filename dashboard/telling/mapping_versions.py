"""Versions of the product mapping in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from connector.account.mapping_versions import Difference, RuleChange, Version, What
from connector.domain.mapping import Rule
from connector.domain.transforms import Choice, Constant, Template
from dashboard.reader import N_, _, plural
from dashboard.telling import mapping_rows
from dashboard.telling.field_words import FieldWords
from dashboard.telling.mapping import PATH
from dashboard.views.mapping_versions import Changed, Compared, Line, Versions

PARTS: dict[str, str] = {
    "bling": N_("Campo do Bling"),
    "bitrix24": N_("Campo do Bitrix24"),
    "transform": N_("Transformação"),
    "policy": N_("Editado à mão"),
    "direction": N_("Sentido"),
    "empty": N_("Vazio"),
}
FILTERS: dict[str, str] = {
    "categoria": N_("Categorias que entram"),
    "tipo": N_("Tipos que entram"),
    "situacao": N_("Situações que entram"),
    "conta": N_("Contas que entram"),
}
_WORDS = dict((*mapping_rows.POLICIES, *mapping_rows.EMPTIES, *mapping_rows.DIRECTIONS))


def versions(
    found: Sequence[Version],
    size: int,
    current: int,
    authors: Mapping[UUID, str],
    compared: Compared | None,
    *,
    editable: bool,
    refused: str = "",
) -> Versions:
    """The whole screen."""
    shown = found[:size]
    last = shown[-1].mapping.version if len(found) > size else None
    return Versions(
        lines=tuple(_line(one, current, authors, compared) for one in shown),
        older=f"{PATH}/versoes?antes={last}" if last is not None else "",
        compared=compared,
        editable=editable,
        refused=refused,
    )


def compared(number: int, current: int, difference: Difference, words: FieldWords) -> Compared:
    """What happened since that version."""
    changes = (
        *(_rule(one, words) for one in difference.rules),
        *(
            Changed(
                what=one.what.value,
                label=_(FILTERS[one.name]) if one.name in FILTERS else one.name,
                name=one.name,
                parts=((_("Filtro"), _list(one.before), _list(one.after)),),
            )
            for one in difference.filter
        ),
    )
    remark = _("A ordem das regras mudou.") if difference.reordered else ""
    if not changes and not remark:
        remark = _("As duas versões são iguais.")
    return Compared(
        number=number,
        title=_("Da versão %(old)s para a %(new)s, em uso") % {"old": number, "new": current},
        changes=changes,
        remark=remark,
    )


def _line(one: Version, current: int, authors: Mapping[UUID, str], compared: Compared | None) -> Line:
    number = one.mapping.version
    own = sum(not rule.locked for rule in one.mapping.rules)
    return Line(
        number=number,
        title=_("Versão %(number)s") % {"number": number},
        author=_author(one, authors),
        at=one.created_at,
        note=one.note,
        count=plural("%(num)s regra sua", "%(num)s regras suas", own) if own else _("só as regras fixas"),
        current=number == current,
        chosen=compared is not None and compared.number == number,
    )


def _author(one: Version, authors: Mapping[UUID, str]) -> str:
    if one.created_at is None:
        return _("a Ponte, no começo")
    if one.author is None:
        return _("pela API")
    return authors.get(one.author, _("alguém que saiu da equipe"))


def _rule(one: RuleChange, words: FieldWords) -> Changed:
    rule = one.after or one.before
    label = f"{words.source(rule)} → {words.title(rule.bitrix24)}" if rule else one.rule
    return Changed(
        what=one.what.value,
        label=label,
        name=one.rule,
        parts=tuple(_parts(one, words)) if one.what is What.CHANGED else (),
    )


def _parts(one: RuleChange, words: FieldWords) -> Iterable[tuple[str, str, str]]:
    if one.before is None or one.after is None:
        return
    for part in one.parts:
        label = _(PARTS[part]) if part in PARTS else part
        yield label, _part(one.before, part, words), _part(one.after, part, words)


def _part(rule: Rule, part: str, words: FieldWords) -> str:
    match part:
        case "bling":
            return words.source(rule)
        case "bitrix24":
            return words.title(rule.bitrix24)
        case "transform":
            return _transform(rule)
        case _:
            said = str(getattr(rule, part))
            return _(_WORDS[said]) if said in _WORDS else said


def _transform(rule: Rule) -> str:
    name = str(rule.transform.__struct_config__.tag)
    label = _(mapping_rows.TRANSFORMS[name])
    match rule.transform:
        case Choice(table=table):
            return f"{label} ({', '.join(f'{key} → {value}' for key, value in table.items())})"
        case Template(text=text) | Constant(value=text):
            return f"{label} “{text}”"
    values = msgspec.structs.asdict(rule.transform).values()
    said = ", ".join(str(value) for value in values if not isinstance(value, bool))
    return f"{label} ({said})" if said else label


def _list(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else ""
