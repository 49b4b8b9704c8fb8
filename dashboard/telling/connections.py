"""Configuração › Conexões: both sides in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import quote
from uuid import UUID

import msgspec

from connector.account.consent import Failure
from connector.account.status import AccountStatus, PortalStatus, Status
from connector.bling.limits import AccountUsage
from connector.domain.plans import PLANS
from connector.domain.vendor import ConnectionState
from connector.store.connections import Account, Portal
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.telling import words
from dashboard.telling.known import Surroundings
from dashboard.telling.notices import START, broken, reconnect
from dashboard.telling.shell import domain
from dashboard.views import connections as views
from dashboard.views.parts import Action, Chip, Fact, Meter, Notice

PORTAL_START = "/oauth/bitrix24/start"
HELD = "/eventos?resultado=held"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the screen shows beside the surroundings."""

    status: Status
    #: Of each account; empty while nobody can say.
    usages: Mapping[UUID, AccountUsage]
    #: Accounts with a consent under way; None among them = a new one.
    under_way: Collection[UUID | None]
    app_url: str


def connections(around: Surroundings, known: Known) -> views.Connections:
    """The whole screen."""
    editable, accounts = around.viewer.may_change, known.status.accounts
    used = sum(one.account.state is not ConnectionState.NONE for one in accounts)
    most = PLANS[around.licence.plan].accounts if around.licence else None
    full = most is not None and used >= most
    return views.Connections(
        bling=tuple(_account(one, known, len(accounts), editable=editable) for one in accounts),
        connect=_connect(another=bool(accounts)) if editable and not full else None,
        count=_count(used, most),
        full=_("Seu plano não inclui mais contas do Bling.") if full and editable else "",
        bitrix24=_portal(known.status.portal, editable=editable),
        editable=editable,
    )


def result(failure: str) -> Notice | None:
    """What became of a consent that came to nothing; None for words that are not ours."""
    if failure not in set(Failure):
        return None
    fact, step = _failed(Failure(failure))
    return Notice(tone="wait", fact=fact, next_step=step)


def connected(account: Account, around: Surroundings, *, instead: bool) -> Notice:
    """What became of one that went well, and what is next."""
    if not instead:
        fact = _("%(name)s está conectada.") % {"name": account.name}
        if around.portal is None:
            step, action = _("Agora falta o Bitrix24."), to_portal()
        else:
            step, action = _("O que mudar nela já chega à Ponte."), _options()
        return Notice(tone="ok", fact=fact, next_step=step, action=action)
    fact = _("Você autorizou outra empresa: %(name)s.") % {"name": account.name}
    step = _("Ela foi conectada. Para a outra, reconecte e escolha a empresa certa na página do Bling.")
    return Notice(tone="wait", fact=fact, next_step=step)


def portal_connected(portal: Portal, around: Surroundings) -> Notice:
    """A portal was connected from outside it, and what is next."""
    fact = _("%(name)s está conectado.") % {"name": domain(portal)}
    if around.accounts:
        return Notice(tone="ok", fact=fact, next_step=_("Agora escolha o que sincroniza."), action=_options())
    return Notice(tone="ok", fact=fact, next_step=_("Agora falta o Bling."), action=_connect(another=False))


def _options() -> Action:
    return Action(label=_("Escolher opções"), url="/configuracao/produto")


def to_portal() -> Action:
    """To the consent of a portal that is still to be named."""
    return _to_portal(_("Conectar ao Bitrix24"), "")


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


def _account(status: AccountStatus, known: Known, count: int, *, editable: bool) -> views.Account:
    account, state = status.account, status.account.state
    works = state is ConnectionState.CONNECTED
    fact, step = _silence(status) or _said(account, known, status.held)
    again = Action(label=_("Reconectar"), url=f"{START}?conta={account.id}", icon="refresh-cw")
    base = f"/configuracao/conexoes/{account.id}"
    return views.Account(
        short=formats.initials(account.name),
        name=account.name,
        company=_("empresa %(id)s") % {"id": account.company_id},
        chip=_chip(status, known),
        sentence=fact,
        next_step=step,
        trouble=not works and state is not ConnectionState.NONE,
        slow=status.silent_since is not None,
        facts=_account_facts(account),
        meter=_meter(known.usages.get(account.id)),
        action=again if editable and not works else None,
        waiting=_waiting(status.held),
        reconnect_url=again.url if editable and works else "",
        main_url=f"{base}/principal" if editable and works and not account.main and count > 1 else "",
        disconnect_url=f"{base}/desconectar" if editable and state is not ConnectionState.NONE else "",
        own_app=account.client_id is not None,
        account_id=str(account.id),
        webhook_url=f"{known.app_url}/webhooks/bling/{account.account_key}",
    )


def _chip(status: AccountStatus, known: Known) -> Chip:
    account = status.account
    if status.silent_since is not None:
        return Chip(_("Sem avisos"), "wait")
    if account.state is not ConnectionState.CONNECTED and account.id in known.under_way:
        return Chip(_("Conectando"), "run")
    return words.connection(account.state)


def _silence(status: AccountStatus) -> tuple[str, str] | None:
    """Changes arrive, but late: Bling does not tell of them."""
    if status.silent_since is None:
        return None
    fact = _("O Bling deixou de avisar a Ponte do que muda nesta conta: nada vem desde %(time)s.")
    step = _("Nada se perde: a Ponte confere a conta a cada duas horas e traz o que mudou, mais tarde.")
    whose = (
        _("Veja no Bling se o seu aplicativo ainda tem os webhooks ligados.")
        if status.account.client_id is not None
        else _("Já estamos vendo isso com o Bling. Você não precisa fazer nada.")
    )
    return fact % {"time": formats.date_time(status.silent_since)}, f"{step} {whose}"


def _said(account: Account, known: Known, held: int) -> tuple[str, str]:
    if account.state is ConnectionState.CONNECTED:
        return _("As mudanças chegam assim que acontecem."), ""
    if account.id in known.under_way:
        return _("A autorização está aberta no Bling."), _("Termine lá, ou reconecte para começar de novo.")
    if account.state is ConnectionState.NONE:
        return _("Esta conta foi desconectada. Pares e histórico foram guardados."), reconnect(held)
    return broken(account.state, "Bling", held)


def _account_facts(account: Account) -> tuple[Fact, ...]:
    since = formats.date_time(account.connected_at or account.created_at)
    by = _("%(name)s em %(date)s") % {"name": account.connected_by, "date": since}
    facts = [Fact(_("Conectada por"), by) if account.connected_by else Fact(_("Conectada em"), since)]
    if account.state is not ConnectionState.CONNECTED:
        facts.append(Fact(_("Parada desde"), formats.date_time(account.state_since)))
    if account.main:
        facts.append(Fact(_("Papel"), _("conta principal: recebe o que nasce no Bitrix24")))
    if account.client_id is not None:
        facts.append(Fact(_("Aplicativo"), _("próprio, %(id)s") % {"id": account.client_id}))
    return tuple(facts)


def _meter(usage: AccountUsage | None) -> Meter | None:
    if usage is None:
        return None
    total = usage.ours_today + usage.others_today
    text = _("%(used)s de %(most)s") % {
        "used": formats.number(total),
        "most": formats.number(usage.per_day),
    }
    return Meter(_("Consultas hoje"), text, min(1.0, total / usage.per_day))


def _waiting(held: int) -> Action | None:
    if not held:
        return None
    label = plural("Ver %(num)s alteração que aguarda", "Ver %(num)s alterações que aguardam", held)
    return Action(label=label, url=HELD)


def _connect(*, another: bool) -> Action:
    label = _("Conectar outra conta Bling") if another else _("Conectar ao Bling")
    return Action(label=label, url=START, icon="plus" if another else "arrow-right")


def _count(used: int, most: int | None) -> str:
    accounts = plural("%(num)s conta", "%(num)s contas", used)
    if most is None:
        return accounts
    return _("%(accounts)s de %(most)s do plano") % {"accounts": accounts, "most": formats.number(most)}


def _portal(status: PortalStatus | None, *, editable: bool) -> views.Connection:
    if status is None:
        return views.Connection(
            short="B24",
            name="Bitrix24",
            company="",
            chip=words.connection(ConnectionState.NONE),
            sentence=_("Nenhum portal do Bitrix24 está conectado."),
            next_step=_("Abra a Ponte dentro do Bitrix24, em Aplicativos, como administrador do portal."),
            action=to_portal() if editable else None,
        )
    portal = status.portal
    works = portal.state is ConnectionState.CONNECTED
    fact, step = broken(portal.state, "Bitrix24", status.held)
    return views.Connection(
        short="B24",
        name=domain(portal),
        company=_("Portal do Bitrix24"),
        chip=words.connection(portal.state),
        sentence=_("O portal recebe o que muda no Bling.") if works else fact,
        next_step=step,
        trouble=not works,
        facts=portal_facts(portal),
        action=_to_portal(_("Reconectar"), portal.client_endpoint) if editable and not works else None,
        waiting=_waiting(status.held),
    )


def _to_portal(label: str, client_endpoint: str) -> Action:
    """To the consent on the portal's own page; inside the frame, opening the app again mends as well."""
    known = quote(client_endpoint.removesuffix("/rest/").removesuffix("/rest"), safe="")
    return Action(
        label=label, url=f"{PORTAL_START}?portal={known}" if known else PORTAL_START, icon="arrow-right"
    )


def _failed(failure: Failure) -> tuple[str, str]:
    nothing = _("Nada foi alterado.")
    match failure:
        case Failure.REFUSED:
            return _("Você recusou a autorização no Bling."), nothing
        case Failure.APP_INACTIVE:
            fact = _("O aplicativo da Ponte está inativo no Bling.")
            return fact, _("O problema é nosso. Tente de novo mais tarde.")
        case Failure.COMPANY_INACTIVE:
            return _("Esta empresa está inativa no Bling."), _(
                "Reative a empresa no Bling e conecte de novo."
            )
        case Failure.STATE:
            fact = _("Esta autorização já foi usada, expirou ou não é sua.")
            return fact, _("Nada foi alterado. Comece de novo por aqui.")
        case Failure.CODE:
            fact = _("O Bling não aceitou o código da autorização.")
            return fact, _("Ele vale um minuto. Conecte de novo.")
        case Failure.PLAN:
            return _("Seu plano não inclui mais contas do Bling."), nothing
        case Failure.LATER:
            fact = _("Muitas conexões estão sendo feitas agora.")
            return fact, _("Espere um minuto e conecte de novo.")
        case Failure.OTHER | Failure.AWAY:
            return _("O Bling não respondeu como esperado."), _("Nada foi alterado. Conecte de novo.")
