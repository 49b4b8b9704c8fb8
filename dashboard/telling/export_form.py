"""The form for exports in words: which products, what is written in Bling, what would become of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from connector.account.field_lists import FieldLists, Trouble
from connector.account.toggles import Toggle
from connector.bitrix24.fields import SECTION_FIELD
from connector.domain.events import Reason
from connector.sync.runs import exporting
from connector.sync.runs.export_look import Forecast, Meant
from connector.sync.runs.exporting import MOST_CHOSEN
from dashboard import formats
from dashboard.reader import _
from dashboard.telling import runs
from dashboard.telling.asked import LARGEST_ID
from dashboard.telling.imports import refusal, skips
from dashboard.telling.run_titles import PATH as IMPORTS
from dashboard.views.exports import ExportForm, Preview, Way
from dashboard.views.imports import Figure
from dashboard.views.parts import Action, Choice

PATH = f"{IMPORTS}/exportar"
EVERY, SECTION, CHOSEN = "todos", "secao", "escolhidos"
#: Longest list of products that is typed; more of them are sent by programs.
LONGEST = 12_000
#: SKUs and names in it, which cost four look-ups each.
MOST_WORDS = 50
#: Products that are named where several are called the same.
MOST_TWINS = 5
SILENT = frozenset({Trouble.AWAY, Trouble.REFUSED})
_IDS, _NUMBERS = re.compile(r"[0-9\s,;]+"), re.compile(r"[0-9]+")


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """The form's fields as they were typed."""

    quais: str = EVERY
    secao: str = ""
    produtos: str = ""
    desde: str = ""
    novos: bool = False


class Named(msgspec.Struct, frozen=True):
    """What the list of products holds: ids, and whatever else stands in it."""

    ids: tuple[int, ...]
    words: tuple[str, ...]


def typed_of(items: Iterable[tuple[str, object]]) -> Typed:
    """The fields of a form; what nobody can mean is left out."""
    first = {name: one.replace("\0", "").strip() for name, one in items if isinstance(one, str)}
    which = first.get("quais", EVERY)
    return Typed(
        quais=which if which in (EVERY, SECTION, CHOSEN) else EVERY,
        secao=first.get("secao", "")[:20],
        produtos=first.get("produtos", "")[: LONGEST + 1],
        desde=first.get("desde", "")[:64],
        novos=bool(first.get("novos")),
    )


def named_in(text: str) -> Named:
    """One thing a line; ids may share a line. A number that can be no id stands as a word."""
    ids: dict[int, None] = {}
    words: dict[str, None] = {}
    for line in (one.strip() for one in text.splitlines()):
        for thing in _NUMBERS.findall(line) if _IDS.fullmatch(line) else [line]:
            if _is_id(thing):
                ids[int(thing)] = None
            elif thing:
                words[thing] = None
    return Named(tuple(ids), tuple(words))


def flaws(typed: Typed, since: datetime | None, now: datetime) -> dict[str, str]:
    """What is wrong with the form by itself, by field."""
    errors = {}
    if typed.desde and (since is None or since > now):
        errors["desde"] = _("Escolha um dia que já chegou.")
    if typed.quais == SECTION and not _is_id(typed.secao):
        errors["secao"] = _("Escolha uma seção.")
    if typed.quais == CHOSEN:
        wrong = _list_flaw(typed.produtos)
        errors |= {"produtos": wrong} if wrong else {}
    return errors


def _list_flaw(text: str) -> str:
    named = named_in(text)
    if not named.ids and not named.words:
        return _("Escreva ao menos um produto.")
    if len(text) > LONGEST or len(named.ids) > MOST_CHOSEN:
        return _("São produtos demais para uma lista: até %(count)s por vez.") % {
            "count": formats.number(MOST_CHOSEN)
        }
    if len(named.words) > MOST_WORDS:
        return _("São SKUs e nomes demais: até %(count)s por vez. IDs podem ser mais.") % {
            "count": MOST_WORDS
        }
    return ""


def unclear(meant: Meant) -> str:
    """What of a list of products is none, or several; empty when all of it is clear."""
    missing = [word for word, found in meant.found.items() if not found]
    if missing:
        return _("Não há no Bitrix24: %(names)s.") % {"names": _quoted(missing)}
    for word, found in meant.found.items():
        if len(found) > 1:
            ids = ", ".join(map(str, sorted(found)[:MOST_TWINS]))
            return _("Há %(count)s produtos que são “%(name)s”: escreva o ID de um deles (%(ids)s).") % {
                "count": len(found),
                "name": word,
                "ids": ids + ("…" if len(found) > MOST_TWINS else ""),
            }
    return ""


def _quoted(words: list[str]) -> str:
    shown = ", ".join(f"“{word}”" for word in words[:MOST_TWINS])
    return shown + ("…" if len(words) > MOST_TWINS else "")


def wish(typed: Typed, since: datetime | None, chosen: Iterable[int]) -> exporting.Wish:
    """What the form asks for; `chosen` = the products that its list means."""
    return exporting.Wish(
        chosen=tuple(sorted(chosen)) if typed.quais == CHOSEN else (),
        section=int(typed.secao) if typed.quais == SECTION else 0,
        since=since,
        new_only=typed.novos,
    )


def form(
    typed: Typed,
    lists: FieldLists,
    toggles: Mapping[Toggle, bool],
    reason: Reason | None,
    errors: Mapping[str, str],
    preview: Preview | None,
    silent: str = "",
) -> ExportForm:
    """The form as it was typed; `reason` = why nothing can be synced, `silent` = why nothing is previewed."""
    refused = refusal(reason)
    options = (Toggle.PRODUCT_EXPORT_CREATE, Toggle.PRODUCT_EXPORT_UPDATE)
    writes = any(toggles.get(one) for one in options)
    return ExportForm(
        every=Way(EVERY, _("Todos os produtos"), typed.quais == EVERY),
        of_section=Way(SECTION, _("Os de uma seção do catálogo"), typed.quais == SECTION),
        chosen=Way(CHOSEN, _("Só os que eu escrever"), typed.quais == CHOSEN),
        sections=_sections(typed.secao, lists),
        lists=_age(lists),
        products=typed.produtos,
        since=typed.desde[:10],
        new_only=typed.novos,
        errors={"desde": "", "secao": "", "produtos": "", **errors},
        heading=_heading(writes),
        means=tuple(_means(toggles)) if writes else (),
        skips=skips(*options, toggles, "Bling"),
        refused=refused,
        refused_link=Action(label=_("Ver a licença"), url="/licenca") if refused else None,
        preview=preview,
        silent=silent,
    )


def preview(found: Forecast, toggles: Mapping[Toggle, bool]) -> Preview:
    """What would become of the products now, under the options as they stand."""
    creates, updates = toggles.get(Toggle.PRODUCT_EXPORT_CREATE), toggles.get(Toggle.PRODUCT_EXPORT_UPDATE)
    figures = (
        Figure(
            name=_("Seriam criados") if creates else _("Seriam ignorados"),
            value=formats.number(found.new),
            meaning=_("ainda não existem no Bling"),
        ),
        Figure(
            name=_("Seriam conferidos") if updates else _("Ficam como estão"),
            value=formats.number(found.linked),
            meaning=_("só muda o que foi alterado no Bitrix24") if updates else _("já existem no Bling"),
        ),
        Figure(
            name=_("Ficam de fora"),
            value=formats.number(found.left_out),
            meaning=_("variações e serviços que o Bling não tem"),
        ),
    )
    return Preview(figures=figures, notes=tuple(_notes(found, creates=bool(creates))))


def _notes(found: Forecast, *, creates: bool) -> Iterator[str]:
    yield _("Nada foi gravado. A contagem é de agora, pelo que a Ponte conhece.")
    if not found.exact:
        yield _("O catálogo é grande: os números são uma estimativa.")
    if creates and found.new:
        yield _("Um produto com um SKU que o Bling já tem é ligado a ele, e não criado outra vez.")
        yield _("Levaria cerca de %(time)s.") % {"time": runs.roughly(timedelta(seconds=found.seconds))}


def _heading(writes: bool) -> str:
    if writes:
        return _("Isto grava no seu Bling ERP.")
    return _("Com as opções como estão, isto não grava nada no Bling ERP.")


def _means(toggles: Mapping[Toggle, bool]) -> Iterator[str]:
    """What is written in Bling."""
    if toggles.get(Toggle.PRODUCT_EXPORT_CREATE):
        yield _("Cria no Bling ERP os produtos simples que ele ainda não tem.")
    if toggles.get(Toggle.PRODUCT_EXPORT_UPDATE):
        yield _("Altera no Bling ERP os campos que foram mudados no Bitrix24.")
    yield _("Não apaga nada no Bling ERP, e não mexe em estoque nem em pedidos.")


def _sections(chosen: str, lists: FieldLists) -> tuple[Choice, ...]:
    fields = lists.portal.product if lists.portal is not None else ()
    options = next((one.options for one in fields if one.name == SECTION_FIELD), ())
    found = tuple(Choice(one.id, one.name, one.id == chosen) for one in options)
    if chosen and _is_id(chosen) and not any(one.chosen for one in found):
        found = (*found, Choice(chosen, chosen, chosen=True))
    return (Choice("", _("Escolha…"), not chosen), *found) if found else ()


def _age(lists: FieldLists) -> str:
    """Of when the sections are, where Bitrix24 did not tell them just now."""
    if lists.trouble is None and lists.portal is not None:
        return ""
    if lists.portal_at is None:
        return _("As seções ainda não puderam ser lidas do Bitrix24.")
    if lists.trouble not in SILENT:
        return ""
    when = {"time": formats.date_time(lists.portal_at)}
    return _("O Bitrix24 não respondeu agora: as seções são de %(time)s.") % when


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 19 and 0 < int(text) <= LARGEST_ID
