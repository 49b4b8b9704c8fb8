"""The mapping editor of Configuração › Produto: its form, what is wrong with it, what stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from connector.account.field_lists import Trouble
from connector.domain.field_watch import FieldChange, What
from connector.domain.mapping import Rule
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.telling import mapping_rows, rules, vendor_words
from dashboard.telling.known import Surroundings
from dashboard.telling.mapping_errors import Errors
from dashboard.telling.mapping_form import PARTS, Wish
from dashboard.telling.mapping_known import Known
from dashboard.telling.mapping_suggestions import suggestions
from dashboard.telling.ticks import ticks
from dashboard.views.mapping import Apply, Editor, Preview
from dashboard.views.parts import Action, Chip, Notice
from dashboard.views.ticks import Part

PATH = "/configuracao/produto"
#: New fields that are named one by one.
MOST_NEW = 3
#: What leaves the lists as they were known before.
SILENT = frozenset({Trouble.AWAY, Trouble.REFUSED})


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the last form."""

    errors: Errors = Errors()
    #: The form came back, refused or only looked at.
    unsaved: bool = False
    told: str = ""
    preview: Preview | None = None
    apply: Apply | None = None
    #: A version was applied to what is synced; empty when none was.
    applied: str = ""


def editor(around: Surroundings, known: Known, wish: Wish, said: Said) -> Editor:
    """The whole form."""
    fixed = [rule for rule in known.mapping.rules if rule.locked]
    there = mapping_rows.sides(known)
    errors = said.errors
    editable = around.viewer.may_change
    return Editor(
        fixed=tuple(rules.rule(one, around.portal) for one in fixed),
        rows=mapping_rows.rows(wish, there, errors),
        count=_count(fixed, wish),
        suggestions=suggestions(wish, there) if editable else (),
        parts=_parts(around, known, wish, errors),
        note=wish.note,
        note_error=errors.fields.get("nota", ""),
        read_at=_read_at(known),
        notices=tuple(_notices(around, known)),
        watch=tuple(_watched(known.watch)),
        refused=_refused(errors),
        unsaved=said.unsaved,
        editable=editable,
        preview=said.preview or Preview(sentence=_not_asked()),
        apply=said.apply,
        next_version=_("Salvar como versão %(number)s") % {"number": known.mapping.version + 1},
        told=said.told,
        discard=Action(label=_("Descartar"), url=PATH),
    )


def version(known: Known) -> str:
    """`Versão 7, em uso desde 14/10/2026`."""
    number = {"number": known.mapping.version}
    if known.saved_at is None:
        return _("Versão %(number)s") % number
    return _("Versão %(number)s, em uso desde %(date)s") % {**number, "date": formats.date(known.saved_at)}


def _not_asked() -> str:
    return _("Veja o que as regras fariam com os seus últimos produtos, antes de salvar. Nada é gravado.")


def _count(fixed: Sequence[Rule], wish: Wish) -> str:
    said = rules.count(fixed)
    own = len(wish.rows)
    return said + (", " + plural("%(num)s sua", "%(num)s suas", own) if own else "")


def _refused(errors: Errors) -> str:
    return errors.general or (_("Confira as regras marcadas.") if errors.fields else "")


# What takes part


def _parts(around: Surroundings, known: Known, wish: Wish, errors: Errors) -> tuple[Part, ...]:
    """Who has one account is not asked which."""
    fields = mapping_rows.sides(known).bling
    titles = {
        **{"categoria": _("Categorias"), "tipo": _("Tipos"), "situacao": _("Situações")},
        "conta": _("Contas do Bling"),
    }
    every = {**dict.fromkeys(PARTS, _("todas")), "tipo": _("todos")}
    accounts = [(one.company_id, one.name or one.company_id) for one in around.accounts]
    found = []
    for name in PARTS:
        field = fields.get("categoria.id" if name == "categoria" else name)
        listed = [(one.id, vendor_words.option(one)) for one in field.options] if field else []
        chosen = [str(one) for one in wish.filter.get(name, [])]
        if name == "conta":
            listed = accounts
            if len(accounts) < 2 and not chosen:
                continue
        wrong = errors.fields.get(f"filtro.{name}", "")
        found.append(ticks(f"f.{name}", titles[name], every[name], listed, chosen, wrong))
    return tuple(found)


# What is known of the fields


def _notices(around: Surroundings, known: Known) -> Iterable[Notice]:
    lists = known.lists
    if not around.accounts or around.portal is None:
        step = _("Conecte o Bling e o Bitrix24 para escolher campos e ver a prévia.")
        link = Action(label=_("Ver conexões"), url="/configuracao/conexoes")
        yield Notice(tone="info", fact=_("Falta conectar um dos lados."), next_step=step, action=link)
        return
    if lists.bling_trouble in SILENT:
        yield _silent("Bling", lists.accounts_at)
    if lists.trouble in SILENT:
        yield _silent("Bitrix24", lists.portal_at)


def _silent(side: str, read_at: datetime | None) -> Notice:
    fact = _("O %(side)s não respondeu agora.") % {"side": side}
    if read_at is None:
        step = _("Os campos dele ainda não puderam ser lidos. Tente de novo em um minuto.")
    else:
        step = _("Os campos abaixo são de %(time)s.") % {"time": formats.date_time(read_at)}
    return Notice(tone="wait", fact=fact, next_step=step)


def _read_at(known: Known) -> str:
    times = [one for one in (known.lists.portal_at, known.lists.accounts_at) if one is not None]
    return _("Campos lidos %(ago)s") % {"ago": formats.ago(min(times))} if times else ""


def _watched(found: Iterable[FieldChange]) -> Iterable[Chip]:
    """What no rule names: new fields, by name while they are few. What rules name stands at the rules."""
    new = [one for one in found if one.what is What.APPEARED and not one.option]
    for one in new[:MOST_NEW]:
        side = {"bling": "Bling", "bitrix24": "Bitrix24"}[one.side]
        yield Chip(_("novo no %(side)s: %(field)s") % {"side": side, "field": one.title}, "run")
    if len(new) > MOST_NEW:
        more = plural("mais %(num)s campo novo", "mais %(num)s campos novos", len(new) - MOST_NEW)
        yield Chip(more, "run")
