"""An account's furniture: the lists that records refer to. Every world has them."""

from __future__ import annotations

import msgspec

from sandbox.bling.bodies import Body, reference, whole
from sandbox.bling.errors import field, invalid, not_found
from sandbox.bling.ids import Ids

SALES_MODULE = 98310
CANCELLED = 12
OPEN = 6
CUSTOM_SITUATION_BASE = 83_955


class Situation(msgspec.Struct, frozen=True):
    """A situation of an order; `valor` is Bling's own meaning, the same in all accounts."""

    id: int
    nome: str
    cor: str
    valor: int
    reserves: bool
    idHerdado: int = 0

    def shown(self) -> Body:
        """As `/situacoes` shows it: without its meaning."""
        return {"id": self.id, "nome": self.nome, "idHerdado": self.idHerdado, "cor": self.cor}


SEEDED_SITUATIONS = (
    Situation(6, "Em aberto", "#E9DC40", 0, reserves=True),
    Situation(9, "Atendido", "#3FB57A", 1, reserves=False),
    Situation(12, "Cancelado", "#CBCBCB", 2, reserves=False),
    Situation(15, "Em andamento", "#0065F9", 3, reserves=True),
    Situation(18, "Venda Agenciada", "#F8A1F9", 4, reserves=False),
    Situation(21, "Em digitação", "#8F8F8F", 10, reserves=True),
    Situation(24, "Verificado", "#FF6A00", 11, reserves=True),
)
"""Measured: ids and meanings that every account is born with, and which of them reserve stock."""

MODULES: tuple[Body, ...] = (
    {"id": SALES_MODULE, "nome": "Vendas", "descricao": "Pedidos de Venda", "criarSituacoes": True},
    {"id": 98309, "nome": "Ordens de Produção", "descricao": "Ordens de Produção", "criarSituacoes": True},
)


class References:
    """Categories, deposits, situations, sellers, channels, payment forms and custom fields."""

    def __init__(self, ids: Ids, index: int, cnpj: str) -> None:
        custom = CUSTOM_SITUATION_BASE + index
        own = Situation(custom, "Despachado", "#7A52C7", 3, reserves=True, idHerdado=15)
        self.situations = {situation.id: situation for situation in (*SEEDED_SITUATIONS, own)}
        self.deposits = _deposits(ids)
        self.categories = _categories(ids)
        self.payments = _payments(index)
        self.sellers = _sellers(ids)
        self.channels = _channels(index, cnpj, self.deposits[0]["id"])
        self.custom_fields = _custom_fields(ids)
        self.contact_types = [
            {"id": ids.take(), "descricao": name} for name in ("Cliente", "Fornecedor", "Transportador")
        ]
        self.nature = ids.take()
        """The `naturezaOperacao` that notes of orders carry."""
        self._ids = ids

    def situation(self, situation_id: int) -> Situation:
        """The account's situation with this id; BlingError 404 if it has none."""
        found = self.situations.get(situation_id)
        if found is None:
            raise not_found()
        return found

    def payment_exists(self, payment_id: int) -> bool:
        """Whether this payment form is one of the account's."""
        return any(payment["id"] == payment_id for payment in self.payments)

    @property
    def default_deposit(self) -> int:
        """The deposit that movements without one go to."""
        deposit: int = self.deposits[0]["id"]
        return deposit

    def add_category(self, sent: Body) -> int:
        """`POST /categorias/produtos`."""
        name = str(sent.get("descricao") or "").strip()
        if not name:
            raise invalid([field(1, "O campo descricao é obrigatório.", "descricao", "CATEGORIAS")])
        parent = {"id": reference(sent.get("categoriaPai"))}
        category = {"id": self._ids.take(), "descricao": name, "categoriaPai": parent}
        self.categories.append(category)
        return whole(category["id"]) or 0


def _deposits(ids: Ids) -> list[Body]:
    rows = (("Depósito Geral", 1, True, False), ("Avarias", 1, False, True), ("Loja antiga", 0, False, False))
    return [
        {
            "id": ids.take(),
            "descricao": name,
            "situacao": situation,
            "padrao": default,
            "desconsiderarSaldo": ignored,
        }
        for name, situation, default, ignored in rows
    ]


def _categories(ids: Ids) -> list[Body]:
    top = {"id": ids.take(), "descricao": "Casa e cozinha", "categoriaPai": {"id": 0}}
    rest = [
        {"id": ids.take(), "descricao": name, "categoriaPai": {"id": parent}}
        for name, parent in (("Copos e canecas", top["id"]), ("Utensílios", top["id"]), ("Bebidas", 0))
    ]
    return [top, *rest]


def _payments(index: int) -> list[Body]:
    rows = (("Dinheiro", 1, 1), ("PIX", 17, 1), ("Cartão de crédito", 3, 1), ("Boleto antigo", 15, 0))
    return [
        {
            "id": 4_567_001 + index * 100 + place,
            "descricao": name,
            "tipoPagamento": kind,
            "situacao": situation,
            "fixa": False,
            "padrao": 1 if place == 0 else 0,
            "finalidade": 1,
            "juros": 0,
            "multa": 0,
        }
        for place, (name, kind, situation) in enumerate(rows)
    ]


def _sellers(ids: Ids) -> list[Body]:
    return [
        {
            "id": ids.take(),
            "descontoLimite": 10.0,
            "loja": {"id": 0},
            "contato": {"id": ids.take(), "nome": name, "situacao": situation},
        }
        for name, situation in (("Ana Beatriz Rocha", "A"), ("Caio Menezes", "I"))
    ]


def _channels(index: int, cnpj: str, deposit: int) -> list[Body]:
    rows = (("Mercado Livre", "MercadoLivre"), ("Loja virtual", "LojaIntegrada"))
    branch = {
        "cnpj": cnpj,
        "idUnidadeNegocio": 1_234_567 + index,
        "unidadeNegocio": "Matriz",
        "deposito": {"id": deposit},
        "padrao": True,
    }
    return [
        {
            "id": 204_567_890 + index * 10 + place,
            "descricao": name,
            "tipo": kind,
            "situacao": 1,
            "filiais": [branch],
        }
        for place, (name, kind) in enumerate(rows)
    ]


def _custom_fields(ids: Ids) -> list[Body]:
    return [{"id": ids.take(), "nome": name, "situacao": 1} for name in ("Garantia", "Material")]
