"""Who an order is for: documents, phones and e-mails as Brazilians write them; persons of Bling's contacts.

Sources: facts of Bling (contacts, orders) and of the stack (CNPJ, phones).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

Fields = Mapping[str, object]

_SEPARATORS = re.compile(r"[\s./\\-]+")
_CPF = re.compile(r"[0-9]{11}")
#: Since July 2026 letters, too, stand before the two check digits (IN RFB 2.229/2024).
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
#: Weights of the check digits, from the right; a CPF's go on to 11, a CNPJ's begin again after 9.
_CPF_WEIGHTS = range(2, 12)
_CNPJ_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9) * 2

#: Second digits of the cities' prefixes, by their first (Anatel).
_PREFIXES = {
    "1": "123456789",
    "2": "12478",
    "3": "1234578",
    "4": "123456789",
    "5": "1345",
    "6": "123456789",
    "7": "134579",
    "8": "123456789",
    "9": "123456789",
}
_SEVERAL = re.compile(r"[/;,|]|\s(?:ou|e)\s", re.IGNORECASE)
_EXTENSION = re.compile(r"\s*\b(?:ramal|ram|r|ext)\b.*", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@,;<>()\[\]\"]+@(?:[^\W_](?:[^\W_]|-)*\.)+[^\W\d_]{2,}")
_BETWEEN_MAILS = re.compile(r"[\s,;]+")
#: Legal forms by which a foreign contact is a firm.
_FIRM = re.compile(
    r"\b(?:inc|llc|ltd|ltda|limited|corp|corporation|gmbh|ag|s\.?a|s\.?r\.?l|s\.?p\.?a|s\.?a\.?s|b\.?v|oy|plc)\.?$",
    re.IGNORECASE,
)


class Document(msgspec.Struct, frozen=True):
    """A CPF or CNPJ whose check digits are right, without separators, letters in capitals."""

    kind: Literal["cpf", "cnpj"]
    text: str

    @property
    def masked(self) -> str:
        """As people write it: 529.982.247-25, 12.ABC.345/01DE-35."""
        t = self.text
        if self.kind == "cpf":
            return f"{t[:3]}.{t[3:6]}.{t[6:9]}-{t[9:]}"
        return f"{t[:2]}.{t[2:5]}.{t[5:8]}/{t[8:12]}-{t[12:]}"

    @property
    def key(self) -> str:
        """Names the person in `originId` and in comparisons: `cpf:52998224725`."""
        return f"{self.kind}:{self.text}"


class Phone(msgspec.Struct, frozen=True):
    """A phone number: E.164 if it is whole, else as it was written."""

    text: str
    #: Whole, and not a filler such as (11) 99999-9999: people may be found by it.
    searchable: bool

    @property
    def forms(self) -> tuple[str, ...]:
        """The spellings under which a portal may have it; none for a number nobody should be found by.

        A portal compares digits as they were typed: with and without +55 or 0, mobiles also from before the
        ninth digit.
        """
        if not self.searchable:
            return ()
        if not self.text.startswith("+55"):
            return (self.text,)
        national = self.text.removeprefix("+55")
        spelled = [national]
        if len(national) == 11:
            spelled.append(national[:2] + national[3:])
        return tuple(start + one for one in spelled for start in ("+55", "", "0"))


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Bling's `endereco.geral`, with its names in English; each part "" when there is none."""

    street: str = ""
    number: str = ""
    complement: str = ""
    district: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A customer: a firm (company in Bitrix24) or a human being (contact)."""

    company: bool
    #: As Bling has it; of a firm its legal name.
    name: str
    #: Of a human being: the first word, and the others.
    first_name: str = ""
    last_name: str = ""
    trade_name: str = ""
    document: Document | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[Phone, ...] = ()
    address: Address | None = None
    #: Bling's `ie`, `inscricaoMunicipal` and `rg`.
    state_registration: str = ""
    municipal_registration: str = ""
    rg: str = ""


# Documents


def document_of(text: object) -> Document | None:
    """The CPF or CNPJ that a text is, with or without separators; None if its check digits are wrong."""
    plain = _SEPARATORS.sub("", text).upper() if isinstance(text, str) else ""
    if len(set(plain)) < 2:
        return None
    if _CPF.fullmatch(plain) and _is_checked(plain, _CPF_WEIGHTS):
        return Document("cpf", plain)
    if _CNPJ.fullmatch(plain) and _is_checked(plain, _CNPJ_WEIGHTS):
        return Document("cnpj", plain)
    return None


def _is_checked(text: str, weights: tuple[int, ...] | range) -> bool:
    """The last two digits check what stands before each of them, by modulo 11."""
    return all(text[place] == _check_digit(text[:place], weights) for place in (len(text) - 2, len(text) - 1))


def _check_digit(text: str, weights: tuple[int, ...] | range) -> str:
    # A letter counts as its code less 48, as a digit does.
    rest = sum((ord(one) - 48) * weight for one, weight in zip(reversed(text), weights, strict=False)) % 11
    return "0" if rest < 2 else str(11 - rest)


# Phones and e-mails


def phones_of(*texts: object) -> tuple[Phone, ...]:
    """The numbers in these texts, each once; a text may hold several, and extensions."""
    found: dict[Phone, None] = {}
    for text in texts:
        for part in _SEVERAL.split(text) if isinstance(text, str) else ():
            if (phone := _phone(part)) is not None:
                found[phone] = None
    return tuple(found)


def _phone(text: str) -> Phone | None:
    written = text.strip()
    digits = "".join(one for one in _EXTENSION.sub("", written) if one in "0123456789")
    if len(digits) < 8 or not digits.strip("0"):
        return None
    plus = written.startswith("+") or digits.startswith("00")
    digits = digits.removeprefix("00")
    if plus and not digits.startswith("55"):
        return Phone(f"+{digits}", searchable=_is_serious(digits)) if len(digits) <= 15 else None
    national = _national(digits)
    if national is None:
        return Phone(written, searchable=False)
    return Phone(f"+55{national}", searchable=_is_serious(national[2:]))


def _national(digits: str) -> str | None:
    """Prefix and number, ten or eleven digits, a mobile's with its ninth; None if there is no prefix."""
    for start in _starts(digits):
        prefix, number = digits[start : start + 2], digits[start + 2 :]
        if len(prefix) < 2 or prefix[1] not in _PREFIXES.get(prefix[0], ""):
            continue
        if len(number) == 9 and number.startswith("9"):
            return prefix + number
        if len(number) == 8 and number[0] in "2345":
            return prefix + number
        if len(number) == 8 and number[0] in "6789":
            return f"{prefix}9{number}"
    return None


def _starts(digits: str) -> tuple[int, ...]:
    """Where a city's prefix may begin: at once, after 55, after 0, after 0 and a carrier's two digits."""
    if digits.startswith("0"):
        return (1, 3)
    return (0, 2) if digits.startswith("55") else (0,)


def _is_serious(number: str) -> bool:
    """People fill in 99999-9999 or 0000-0000 where a form demands a number."""
    return len(set(number)) > 1 and len(set(number[1:])) > 1


def emails_of(*texts: object) -> tuple[str, ...]:
    """The e-mail addresses in these texts, in small letters, each once; what is none is left out."""
    parts = (part for text in texts if isinstance(text, str) for part in _BETWEEN_MAILS.split(text.lower()))
    return tuple(dict.fromkeys(part for part in parts if len(part) <= 254 and _MAIL.fullmatch(part)))


# Persons


def person_of(contact: Fields) -> Person:
    """The person of a contact as `GET /contatos/{id}` tells it."""
    person = _base(contact, contact.get("tipo"))
    return msgspec.structs.replace(
        person,
        trade_name=_text(contact, "fantasia"),
        # `emailNotaFiscal` is left out: as a rule an accountant's, who has many customers.
        emails=emails_of(contact.get("email")),
        phones=phones_of(contact.get("celular"), contact.get("telefone")),
        address=_address(contact),
        state_registration=_text(contact, "ie"),
        municipal_registration=_text(contact, "inscricaoMunicipal"),
        rg=_text(contact, "rg"),
    )


def person_of_order(contato: Fields) -> Person:
    """What an order's `contato` tells of its customer."""
    return _base(contato, contato.get("tipoPessoa"))


def _base(fields: Fields, kind: object) -> Person:
    name = " ".join((_text(fields, "nome") or _text(fields, "fantasia")).split())
    document = document_of(fields.get("numeroDocumento"))
    company = _is_company(kind, name, document)
    first, _, last = name.partition(" ")
    if company:
        first = last = ""
    return Person(company=company, name=name, first_name=first, last_name=last, document=document)


def _is_company(kind: object, name: str, document: Document | None) -> bool:
    """J is a firm and F is not; of E (foreign) and of nothing the document or the legal form tells."""
    if kind in ("J", "F"):
        return kind == "J"
    if document is not None:
        return document.kind == "cnpj"
    return _FIRM.search(name) is not None


def _address(contact: Fields) -> Address | None:
    place = _inner(_inner(contact, "endereco"), "geral")
    parts = {
        "street": _text(place, "endereco"),
        "number": _text(place, "numero"),
        "complement": _text(place, "complemento"),
        "district": _text(place, "bairro"),
        "city": _text(place, "municipio"),
        "state": _text(place, "uf"),
        "postcode": _text(place, "cep"),
    }
    return Address(**parts, country=_text(_inner(contact, "pais"), "nome")) if any(parts.values()) else None


def _inner(fields: Fields, name: str) -> Fields:
    value = fields.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
