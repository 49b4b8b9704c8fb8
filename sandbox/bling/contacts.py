"""The contacts of an account. Bling sends no webhooks for them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sandbox.bling.bodies import Body, fresh, merged
from sandbox.bling.errors import field, invalid, not_found
from sandbox.bling.ids import Ids
from sandbox.bling.queries import Query
from sandbox.core.clock import Clock

NAMESPACE = "CONTATOS"
EVERYONE, EXCLUDED, LAST_ADDED, IDLE = range(1, 5)
_KINDS = {1: "F", 2: "J", 3: "E"}
_ADDRESS = b'{"endereco":"","cep":"","bairro":"","municipio":"","uf":"","numero":"","complemento":""}'
EMPTY = (
    b'{"id":0,"nome":"","codigo":"","situacao":"A","numeroDocumento":"","telefone":"","celular":"",'
    b'"fantasia":"","tipo":"F","indicadorIe":9,"ie":"","rg":"","inscricaoMunicipal":"","orgaoEmissor":"",'
    b'"email":"","emailNotaFiscal":"","orgaoPublico":"N","endereco":{"geral":' + _ADDRESS + b',"cobranca":'
    + _ADDRESS + b'},"vendedor":{"id":0},"dadosAdicionais":{"dataNascimento":"0000-00-00","sexo":"",'
    b'"naturalidade":""},"financeiro":{"limiteCredito":0,"condicaoPagamento":"","categoria":{"id":0}},'
    b'"pais":{"nome":""},"tiposContato":[],"pessoasContato":[]}'
)  # fmt: skip


class Contact:
    """One contact; `body` is its GET. Times are unix seconds."""

    __slots__ = ("body", "changed", "created")

    def __init__(self, body: Body, now: float) -> None:
        self.body = body
        self.created = now
        self.changed = now


class Contacts:
    """Creates, replaces, deletes and lists contacts."""

    def __init__(self, ids: Ids, clock: Clock) -> None:
        self._ids = ids
        self._clock = clock
        self._contacts: dict[int, Contact] = {}

    def all(self) -> Iterator[Contact]:
        """In the order of their making."""
        return iter(self._contacts.values())

    def get(self, contact_id: int) -> Contact:
        """The contact with this id; BlingError 404 if there is none."""
        found = self._contacts.get(contact_id)
        if found is None:
            raise not_found()
        return found

    def find(self, contact_id: int) -> Contact | None:
        """The contact with this id, if any."""
        return self._contacts.get(contact_id)

    def __len__(self) -> int:
        return len(self._contacts)

    def create(self, sent: Body) -> int:
        """`POST /contatos`: the new id."""
        body = _written(sent)
        body["id"] = self._ids.take()
        self._contacts[body["id"]] = Contact(body, self._clock.real())
        return int(body["id"])

    def replace(self, contact_id: int, sent: Body) -> None:
        """`PUT /contatos/{id}`: the whole record."""
        contact = self.get(contact_id)
        contact.body = _written(sent) | {"id": contact_id}
        contact.changed = self._clock.real()

    def set_situation(self, contact_id: int, situation: object) -> None:
        """`PATCH /contatos/{id}/situacoes`."""
        contact = self.get(contact_id)
        if situation not in ("A", "I", "S", "E"):
            raise invalid([field(3, "O valor do campo situacao é inválido.", "situacao", NAMESPACE)])
        contact.body["situacao"] = situation
        contact.changed = self._clock.real()

    def delete(self, contact_id: int) -> None:
        """`DELETE /contatos/{id}`."""
        self.get(contact_id)
        del self._contacts[contact_id]

    def listed(self, query: Query, now: float) -> Iterator[Contact]:
        """`GET /contatos`, newest first; the default criterion shows only the last added."""
        criterion = query.choice("criterio", range(1, 5), LAST_ADDED)
        newest = reversed(self._contacts.values())
        chosen: Iterator[Contact] = (contact for contact in newest if _criterion_holds(criterion, contact))
        if criterion == LAST_ADDED:
            chosen = islice(chosen, (len(self._contacts) + 1) // 2)
        stretches = [
            (moment, query.span(prefix, now))
            for prefix, moment in (("dataInclusao", "created"), ("dataAlteracao", "changed"))
        ]
        return (
            contact
            for contact in chosen
            if _matches(contact.body, query)
            and all(span is None or span[0] <= getattr(contact, at) <= span[1] for at, span in stretches)
        )


def row(body: Body) -> Body:
    """A row of `GET /contatos`: the document comes masked."""
    shown = {key: body[key] for key in ("id", "nome", "codigo", "situacao")}
    shown["numeroDocumento"] = masked(body["numeroDocumento"])
    return shown | {key: body[key] for key in ("telefone", "celular")}


def masked(document: str) -> str:
    """A CPF or CNPJ with its punctuation; anything else as it is."""
    if len(document) == 11:
        return f"{document[:3]}.{document[3:6]}.{document[6:9]}-{document[9:]}"
    if len(document) == 14:
        return f"{document[:2]}.{document[2:5]}.{document[5:8]}/{document[8:12]}-{document[12:]}"
    return document


def bare_document(text: object) -> str:
    """Letters and digits alone, upper-case: a CNPJ may hold letters since July 2026."""
    return "".join(char for char in str(text or "").upper() if char.isalnum())


def _written(sent: Body) -> Body:
    missing = [
        field(1, f"O campo {name} é obrigatório.", name, NAMESPACE)
        for name in ("nome", "situacao", "tipo")
        if not str(sent.get(name) or "").strip()
    ]
    if missing:
        raise invalid(missing, "o contato")
    if sent["tipo"] not in ("J", "F", "E"):
        raise invalid([field(3, "O valor do campo tipo é inválido.", "tipo", NAMESPACE)], "o contato")
    body: Body = merged(fresh(EMPTY), sent)
    body["id"] = 0
    body["numeroDocumento"] = bare_document(body["numeroDocumento"])
    return body


def _criterion_holds(criterion: int, contact: Contact) -> bool:
    situation = contact.body["situacao"]
    match criterion:
        case 2:
            return bool(situation == "E")
        case 4:
            return bool(situation == "S")
        case _:
            return bool(situation != "E")


def _matches(body: Body, query: Query) -> bool:
    ids, document = query.integers("idsContatos"), query.text("numeroDocumento")
    kind, search = query.integer("tipoPessoa"), query.text("pesquisa")
    if ids is not None and body["id"] not in ids:
        return False
    if document is not None and body["numeroDocumento"] != document:
        return False
    if kind is not None and body["tipo"] != _KINDS.get(kind):
        return False
    return search is None or _found(body, search)


def _found(body: Body, search: str) -> bool:
    words = (body[key] for key in ("nome", "fantasia", "email", "codigo", "numeroDocumento"))
    return any(search.casefold() in str(word).casefold() for word in words)
