"""Invented: the rail, the outcomes and a feed of all of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.reader import reader
from dashboard.views.parts import Action, Chip, FeedItem, Nav, Notice, Shell

UPDATED, CREATED, SAME = Chip("Atualizado", "ok"), Chip("Criado", "ok"), Chip("Sem mudança")
HELD, FAILED, SKIPPED = Chip("Aguardando", "wait"), Chip("Falhou", "need"), Chip("Ignorado")

RECONNECT = Action(label="Reconectar", url="#")


def shell(path: str, *notices: Notice) -> Shell:
    """The rail of an invented company."""
    inside = (
        Nav(label="Conexões", url="/dev/components/conexoes", current=path.endswith("conexoes")),
        Nav(label="Produto", url="/dev/components/produto", current=path.endswith("produto")),
        Nav(label="Pedido", url="/dev/components/pedido", current="/pedido" in path),
    )
    return Shell(
        links=(
            Nav(
                label="Visão geral",
                url="/dev/components/visao-geral",
                icon="layout-dashboard",
                current="visao" in path,
            ),
            Nav(
                label="Configuração",
                url="/dev/components/conexoes",
                icon="sliders-horizontal",
                current=any(link.current for link in inside),
                inside=inside,
            ),
            Nav(label="Eventos", url="/dev/components/eventos", icon="activity", current="evento" in path),
        ),
        tenant="Casa Aurora",
        portal="aurora.bitrix24.com.br",
        person="Helena Martins",
        path=path,
        notices=notices,
    )


def ago(**passed: float) -> datetime:
    return reader().now - timedelta(**passed)


FEED = (
    ("package", "Garrafa térmica inox 500 ml", "GAR-INX-500", "preço R$ 84,90 → R$ 89,90", UPDATED, 12),
    ("package", "Frigideira antiaderente 24 cm", "FRI-AN-24", "nada a gravar: já estava igual", SAME, 44),
    ("package", "Cafeteira italiana 6 xícaras", "CAF-IT-06", "produto criado, 5 campos", CREATED, 95),
    ("shopping-cart", "Pedido 4812", "", "3 itens, R$ 148,50", CREATED, 130),
    ("receipt-text", "NF-e 6541", "", "não é venda", SKIPPED, 150),
    ("package", "Jogo de facas 6 peças", "FAC-JG-06", "conexão expirada", HELD, 190),
    ("package", "Pote hermético 1,2 L", "POT-HM-12", "ativo Sim → Não", UPDATED, 400),
    ("package", "Panela de pressão 4,5 L", "PAN-PR-45", "recusado pelo Bitrix24", FAILED, 2900),
)


def feed() -> tuple[FeedItem, ...]:
    """Events of all outcomes."""
    return tuple(
        FeedItem(
            url=f"/dev/components/evento?n={index}",
            icon=icon,
            label=label,
            key=key,
            detail=detail,
            chip=chip,
            at=ago(seconds=seconds),
        )
        for index, (icon, label, key, detail, chip, seconds) in enumerate(FEED)
    )
