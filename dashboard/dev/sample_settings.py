"""Invented: connections."""

from __future__ import annotations

from dashboard.views.connections import Account, Connection, Connections
from dashboard.views.parts import Action, Chip, Fact, Meter


def connections_view() -> Connections:
    """One account expired."""
    return Connections(
        bling=(
            Account(
                short="FC",
                name="Filial Curitiba",
                company="empresa 0123456789abcdef0123456789abcdef",
                chip=Chip("Expirou", "need"),
                trouble=True,
                sentence="A conexão com o Bling expirou.",
                next_step="Reconecte para liberar 37 alterações que estão aguardando.",
                facts=(Fact("Conectada por", "Rafael Nogueira em 18/05/2026 16:40"),),
                meter=Meter("Consultas hoje", "312 de 120.000", 0.003),
                action=Action(label="Reconectar", url="#", icon="refresh-cw"),
                waiting=Action(label="Ver 37 alterações que aguardam", url="#"),
                disconnect_url="#",
                own_app=True,
                account_id="1",
                webhook_url="https://ponte.example/webhooks/bling/chave-da-conta",
            ),
            Account(
                short="MZ",
                name="Matriz",
                company="empresa fedcba9876543210fedcba9876543210",
                chip=Chip("Conectado", "ok"),
                sentence="As mudanças chegam assim que acontecem.",
                facts=(
                    Fact("Conectada por", "Helena Martins em 02/03/2026 09:14"),
                    Fact("Papel", "conta principal: recebe o que nasce no Bitrix24"),
                ),
                meter=Meter("Consultas hoje", "1.590 de 120.000", 0.013),
                reconnect_url="#",
                main_url="#",
                disconnect_url="#",
                own_app=False,
                account_id="2",
                webhook_url="https://ponte.example/webhooks/bling/outra-chave",
            ),
        ),
        connect=Action(label="Conectar outra conta Bling", url="#", icon="plus"),
        count="2 contas de 3 do plano",
        full="",
        bitrix24=Connection(
            short="B24",
            name="aurora.bitrix24.com.br",
            company="Portal do Bitrix24",
            chip=Chip("Conectado", "ok"),
            sentence="O portal recebe o que muda no Bling.",
            facts=(Fact("Catálogo", "nº 24, variações nº 26"), Fact("Preço", "tipo base, nº 2")),
        ),
        editable=True,
    )
