"""What a refused mapping says, beside the rule and the field that it is about."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from connector.account.mapping_flaws import Flaw, RuleError
from connector.account.mappings import BadMapping
from connector.domain.mapping import MappingVersion
from dashboard.reader import N_, _

#: Parts of a rule that have a field on the screen; what is wrong elsewhere stands under the whole rule.
FIELDS = ("bling", "bitrix24", "transform", "direction")

_SAID: dict[tuple[str, Flaw], str] = {
    ("bling", Flaw.MISSING): N_("Escolha o campo do Bling."),
    ("bling", Flaw.UNKNOWN): N_("O Bling não tem mais este campo. Escolha outro ou remova a regra."),
    ("bling", Flaw.VALUE): N_("Este campo do Bling não pode ser lido por uma regra."),
    ("bling", Flaw.DUPLICATE): N_("Outra regra já leva este campo de volta ao Bling. Deixe só uma."),
    ("bitrix24", Flaw.MISSING): N_("Escolha o campo do Bitrix24."),
    ("bitrix24", Flaw.VALUE): N_("Escolha o campo do Bitrix24."),
    ("bitrix24", Flaw.UNKNOWN): N_("Este campo não existe no Bitrix24. Escolha outro ou remova a regra."),
    ("bitrix24", Flaw.NOT_THERE): N_("Este campo não existe no Bitrix24. Escolha outro ou remova a regra."),
    ("bitrix24", Flaw.DUPLICATE): N_("Outra regra já grava este campo. Deixe só uma."),
    ("bitrix24", Flaw.RESERVED): N_("A Ponte grava este campo sozinha. Escolha outro."),
    ("bitrix24", Flaw.LOCKED): N_("Uma regra fixa já grava este campo. Escolha outro."),
    ("bling", Flaw.NOT_THERE): N_("O Bling não tem mais este campo. Escolha outro ou remova a regra."),
    ("bitrix24", Flaw.UNSUPPORTED): N_("Uma regra não consegue gravar um campo deste tipo. Escolha outro."),
    ("direction", Flaw.VALUE): N_("Esta transformação não tem caminho de volta: escolha “só do Bling”."),
    ("direction", Flaw.ONE_WAY): N_("Esta transformação não tem caminho de volta: escolha “só do Bling”."),
    ("transform", Flaw.MISFIT): N_("Esta transformação não serve para estes dois campos. Escolha outra."),
    ("transform", Flaw.MISSING): N_("Escolha a transformação."),
    ("transform", Flaw.NOT_THERE): N_("O Bitrix24 não tem este valor. Escolha outro."),
    ("transform", Flaw.UNKNOWN): N_("O Bling não tem um dos campos entre chaves."),
    ("transform", Flaw.TOO_MUCH): N_("A tabela é longa demais."),
}
_OPTIONS: dict[str, str] = {
    "text": N_("Escreva um texto, com os campos do Bling entre chaves, como {nome}."),
    "value": N_("Escreva o valor que vai para o Bitrix24."),
    "true": N_("Escreva duas palavras diferentes do Bling."),
    "false": N_("Escreva duas palavras diferentes do Bling."),
    "scale": N_("Escreva um número, como 1000 ou 0,001."),
    "from": N_("Escolha duas unidades que medem a mesma coisa."),
    "to": N_("Escolha duas unidades que medem a mesma coisa."),
    "separator": N_("Escreva um sinal, como ; ou ,."),
    "zone": N_("Escreva um fuso, como America/Sao_Paulo."),
    "table": N_("Cada linha da tabela leva um valor do Bling a um do Bitrix24."),
}


class Errors(msgspec.Struct, frozen=True, kw_only=True):
    """Sentences by row and field (`2.bling`, `2.transform.table.UN`, `2`), of the filter and the note."""

    fields: dict[str, str] = {}
    #: What has no place on the screen.
    general: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.fields or self.general)

    def of(self, row: int, field: str = "") -> str:
        """What is wrong with a row's field; empty for nothing."""
        return self.fields.get(f"{row}.{field}" if field else str(row), "")


def errors_in(error: BadMapping, mapping: MappingVersion) -> Errors:
    """By the rows of the form, which stand behind the mapping's fixed rules."""
    return _errors_of(error.errors, sum(rule.locked for rule in mapping.rules))


def _errors_of(found: Iterable[RuleError], fixed: int) -> Errors:
    fields: dict[str, str] = {}
    general = ""
    for one in found:
        place = _place(one, fixed)
        if place:
            fields.setdefault(place, _said(one))
        else:
            general = general or _("O mapeamento não pôde ser gravado: %(why)s.") % {"why": one.message}
    return Errors(fields=fields, general=general)


def _place(one: RuleError, fixed: int) -> str:
    if one.index is None:
        part, _dot, name = one.field.partition(".")
        return {"note": "nota", "filter": f"filtro.{name}"}.get(part, "")
    row = one.index - fixed
    if row < 0:
        return ""
    return f"{row}.{one.field}" if one.field.partition(".")[0] in FIELDS else str(row)


def _said(one: RuleError) -> str:
    part, _dot, rest = one.field.partition(".")
    option = rest.partition(".")[0]
    if part == "transform" and option in _OPTIONS and one.code not in (Flaw.NOT_THERE, Flaw.UNKNOWN):
        return _(_OPTIONS[option])
    if part == "note":
        return _("A nota é longa demais.")
    if part == "filter":
        return _("Este filtro tem um valor que não existe.")
    known = _SAID.get((part, one.code))
    if known:
        return _(known)
    if part == "transform":
        return _("Esta transformação não serve para estes campos: %(why)s.") % {"why": one.message}
    return _("Esta regra não pode ser gravada: %(why)s.") % {"why": one.message}
