"""Configuração › Conexões: both sides in words."""

from __future__ import annotations

from connector.domain.vendor import ConnectionState
from connector.store.connections import Account, Portal
from dashboard import formats
from dashboard.reader import _
from dashboard.telling import words
from dashboard.telling.known import Surroundings
from dashboard.telling.notices import CONNECTION_REASONS, broken
from dashboard.telling.shell import domain
from dashboard.views.connections import Connection, Connections
from dashboard.views.parts import Fact


def connections(around: Surroundings) -> Connections:
    """The whole screen."""
    waiting = sum(around.held.get(reason, 0) for reason in CONNECTION_REASONS)
    accounts = tuple(_account(one, waiting) for one in around.accounts)
    return Connections(bling=accounts or (_no_account(),), bitrix24=_portal(around.portal, waiting))


def _account(account: Account, waiting: int) -> Connection:
    facts = [Fact(_("Desde"), formats.date_time(account.state_since))]
    if account.main:
        facts.append(Fact(_("Papel"), _("conta principal")))
    return Connection(
        short="Bl",
        name="Bling ERP",
        company=account.name,
        chip=words.connection(account.state),
        sentence=_sentence(account.state, "Bling", waiting) or _("As mudanças chegam assim que acontecem."),
        trouble=account.state is not ConnectionState.CONNECTED,
        facts=tuple(facts),
    )


def _no_account() -> Connection:
    return Connection(
        short="Bl",
        name="Bling ERP",
        company="",
        chip=words.connection(ConnectionState.NONE),
        sentence=_("Nenhuma conta do Bling está conectada."),
        trouble=False,
        facts=(),
    )


def _portal(portal: Portal | None, waiting: int) -> Connection:
    if portal is None:
        chip, sentence = (
            words.connection(ConnectionState.NONE),
            _("Nenhum portal do Bitrix24 está conectado."),
        )
        return Connection(
            short="B24", name="Bitrix24", company="", chip=chip, sentence=sentence, trouble=False, facts=()
        )
    return Connection(
        short="B24",
        name="Bitrix24",
        company=domain(portal),
        chip=words.connection(portal.state),
        sentence=_sentence(portal.state, "Bitrix24", waiting) or _("O portal recebe o que muda no Bling."),
        trouble=portal.state is not ConnectionState.CONNECTED,
        facts=portal_facts(portal),
    )


def portal_facts(portal: Portal) -> tuple[Fact, ...]:
    """Since when, and which catalogue and price type are in use."""
    facts = [Fact(_("Desde"), formats.date_time(portal.state_since))]
    if portal.product_iblock_id is not None:
        numbers = _("nº %(number)s") % {"number": portal.product_iblock_id}
        if portal.offer_iblock_id is not None:
            numbers += ", " + _("variações nº %(number)s") % {"number": portal.offer_iblock_id}
        facts.append(Fact(_("Catálogo"), numbers))
    if portal.base_price_type is not None:
        facts.append(Fact(_("Preço"), _("tipo base, nº %(number)s") % {"number": portal.base_price_type}))
    return tuple(facts)


def _sentence(state: ConnectionState, side: str, waiting: int) -> str:
    return " ".join(broken(state, side, waiting)).strip()
