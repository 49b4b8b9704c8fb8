"""Rules that many tenants want, ready to be added: only those whose fields are there and free."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

import msgspec

from connector.domain.fields import Field, FieldType, Option
from dashboard.reader import N_, _
from dashboard.telling import mapping_form, vendor_words
from dashboard.telling.mapping_form import Row, Wish
from dashboard.telling.mapping_rows import Sides
from dashboard.views.mapping import Suggestion


class Common(msgspec.Struct, frozen=True):
    """A rule that many want; `names` = Bitrix24's field, else properties are found by their titles."""

    label: str
    bling: str
    transform: str
    names: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    options: dict[str, str] = {}


_KG_TO_G, _CM_TO_MM = {"from": "kg", "to": "g"}, {"from": "cm", "to": "mm"}
COMMON: dict[str, Common] = {
    "unidade": Common(N_("Unidade"), "unidade", "choice", ("measure",)),
    "peso": Common(N_("Peso"), "pesoLiquido", "unit", ("weight",), options=_KG_TO_G),
    "largura": Common(N_("Largura"), "dimensoes.largura", "unit", ("width",), options=_CM_TO_MM),
    "altura": Common(N_("Altura"), "dimensoes.altura", "unit", ("height",), options=_CM_TO_MM),
    "profundidade": Common(
        N_("Profundidade"), "dimensoes.profundidade", "unit", ("length",), options=_CM_TO_MM
    ),
    "marca": Common(N_("Marca"), "marca", "text", titles=("marca", "brand")),
    "gtin": Common(
        N_("GTIN"), "gtin", "text", titles=("gtin", "gtinean", "ean", "ean13", "codigodebarras", "barcode")
    ),
    "ncm": Common(N_("NCM"), "tributacao.ncm", "text", titles=("ncm", "codigoncm")),
    "curta": Common(N_("Descrição curta"), "descricaoCurta", "identity", ("previewText",)),
    "descricao": Common(N_("Descrição completa"), "descricaoComplementar", "identity", ("detailText",)),
    "categoria": Common(N_("Categoria → seção"), "categoria.id", "section", ("iblockSectionId",)),
    "imagem": Common(N_("Imagem"), "midia.imagens", "first_image", ("detailPicture",)),
}
#: Bling's usual codes of units, by words of Bitrix24's measures.
UNITS: dict[str, tuple[str, ...]] = {
    "UN": ("peca", "unidade", "un", "pc", "piece"),
    "PC": ("peca", "pc", "unidade", "piece"),
    "KG": ("quilograma", "quilo", "kg", "kilogram"),
    "G": ("grama", "g", "gram"),
    "L": ("litro", "l", "liter"),
    "M": ("metro", "m", "meter"),
}


def suggestions(wish: Wish, there: Sides) -> tuple[Suggestion, ...]:
    """What is not in the form yet."""
    return tuple(
        Suggestion(id=name, label=_(one.label), hint=_hint(there.bling[one.bling], target))
        for name, one, target in _open(wish, there)
    )


def row(name: str, wish: Wish, there: Sides) -> Row | None:
    """The rule that one click adds; None for what cannot be added any more."""
    found = next(((one, target) for this, one, target in _open(wish, there) if this == name), None)
    if found is None:
        return None
    one, target = found
    transform = "html_text" if _loses_format(there.bling[one.bling], target) else one.transform
    return Row(
        bling=one.bling,
        bitrix24=target.name,
        transform=transform,
        options=mapping_form.fresh(transform) | one.options,
        table=_table(there.bling[one.bling], target) if transform == "choice" else (),
        direction="import" if transform in ("html_text", "first_image") else "both",
    )


def _hint(source: Field, target: Field) -> str:
    return f"{vendor_words.title(source)} → {vendor_words.title(target)}"


def _open(wish: Wish, there: Sides) -> Iterable[tuple[str, Common, Field]]:
    written = {row.bitrix24 for row in wish.rows}
    read = {row.bling for row in wish.rows}
    for name, one in COMMON.items():
        if one.bling not in there.bling or one.bling in read:
            continue
        target = _target(one, there.bitrix24)
        if target is not None and target.name not in written:
            yield name, one, target


def _target(one: Common, fields: Mapping[str, Field]) -> Field | None:
    for name in one.names:
        if name in fields:
            return fields[name]
    return next((field for field in fields.values() if _plain(field.title) in one.titles), None)


def _loses_format(source: Field, target: Field) -> bool:
    return source.type is FieldType.HTML and target.type is not FieldType.HTML


def _table(source: Field, target: Field) -> tuple[tuple[str, str], ...]:
    """What is called the same on both sides."""
    if source.name == "unidade":
        return tuple(
            (code, found) for code, words in UNITS.items() if (found := _measure(words, target.options))
        )
    by_name = {_plain(one.name): one.id for one in reversed(target.options)}
    same = ((one.id, by_name.get(_plain(one.name), "")) for one in source.options)
    return tuple((key, value) for key, value in same if value)


def _measure(words: Iterable[str], options: Iterable[Option]) -> str:
    by_name = {_plain(one.name): one.id for one in options}
    return next((by_name[word] for word in words if word in by_name), "")


def _plain(text: str) -> str:
    """Letters and digits alone, without accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^a-z0-9]", "", bare.removesuffix("(variações)"))
