"""The banner: what needs the person most, said once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from connector.account.people import Viewer
from connector.domain.events import Reason
from connector.domain.licence import Licence, LicenceSource, LicenceState, is_open
from connector.domain.vendor import ConnectionState
from connector.store.connections import Account, Portal
from connector.store.people import Role
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.telling.known import Surroundings
from dashboard.telling.reasons import HOLDS_PAGE
from dashboard.views.parts import Action, Notice

CONNECTION_REASONS = (Reason.NEEDS_RECONNECT, Reason.INACTIVE, Reason.SCOPE_MISSING, Reason.NOT_CONNECTED)
#: Where Bling's consent begins; `conta` = the account to be reconnected.
START = "/oauth/bling/start"
BROKEN = (
    ConnectionState.NEEDS_RECONNECT,
    ConnectionState.INACTIVE,
    ConnectionState.SCOPE_MISSING,
    ConnectionState.UNINSTALLED,
)


def notices(around: Surroundings) -> tuple[Notice, ...]:
    """Mostly one. What has to be done is said, each thing once: reconnect, pay, decide."""
    if leaving := _leaving(around.viewer):
        return (leaving,)
    todo = (
        _connection(around.accounts, around.portal, around.held),
        _licence(around.licence, around.held, around.business_now),
        _guarded(around.held),
    )
    if urgent := tuple(notice for notice in todo if notice is not None):
        return urgent
    rest = (_paused(around.held) if around.paused else None) or _quota(around.held)
    return (rest,) if rest else ()


def _leaving(viewer: Viewer) -> Notice | None:
    if viewer.leaves_at is None:
        return None
    stay = Action(label=_("Ficar na Ponte"), url="/equipe/ficar", posts=True)
    return Notice(
        tone="need",
        fact=_("A empresa está saindo da Ponte."),
        next_step=_("Nada mais sincroniza, e todos os dados daqui são apagados em %(date)s.")
        % {"date": formats.date(viewer.leaves_at)},
        action=stay if viewer.role is Role.OWNER else None,
    )


def broken(state: ConnectionState, side: str, waiting: int) -> tuple[str, str]:
    """The fact and the next step of a connection that does not work; both empty when it does."""
    match state:
        case ConnectionState.NEEDS_RECONNECT:
            return _("A conexão com o %(side)s expirou.") % {"side": side}, reconnect(waiting)
        case ConnectionState.INACTIVE:
            fact = _("A empresa está inativa no %(side)s.") % {"side": side}
            return fact, _("Reative a empresa e reconecte. Nada se perde enquanto isso.")
        case ConnectionState.SCOPE_MISSING:
            fact = _("Falta uma permissão na conexão com o %(side)s.") % {"side": side}
            return fact, _("Reconecte e aceite todas as permissões.")
        case ConnectionState.UNINSTALLED:
            fact = _("A Ponte foi desinstalada do %(side)s.") % {"side": side}
            return fact, _("Instale de novo para liberar o que está aguardando.")
        case _:
            return "", ""


def _connection(accounts: Iterable[Account], portal: Portal | None, held: Mapping[str, int]) -> Notice | None:
    waiting = sum(held.get(reason, 0) for reason in CONNECTION_REASONS)
    again = _("Reconectar")
    sides = [
        (account.state, "Bling", Action(label=again, url=f"{START}?conta={account.id}"))
        for account in accounts
    ]
    if portal is not None:
        link = Action(label=_("Ver conexões"), url="/configuracao/conexoes")
        sides.append((portal.state, "Bitrix24", link))
    for state in BROKEN:
        for one, name, remedy in sides:
            if one is state:
                fact, step = broken(state, name, waiting)
                return Notice(tone="need", fact=fact, next_step=step, action=remedy)
    return None


def reconnect(waiting: int) -> str:
    """What to do, and what it releases."""
    if not waiting:
        return _("Reconecte para que as mudanças voltem a passar.")
    return plural(
        "Reconecte para liberar %(num)s alteração que está aguardando.",
        "Reconecte para liberar %(num)s alterações que estão aguardando.",
        waiting,
    )


def _licence(licence: Licence | None, held: Mapping[str, int], business_now: datetime) -> Notice | None:
    if licence is None or not is_open(licence, business_now):
        waiting = held.get(Reason.LICENCE, 0)
        return Notice(
            tone="need",
            fact=_closed(licence),
            next_step=_kept(waiting),
            action=_to_licence(_("Ver os planos")),
        )
    if licence.state is LicenceState.GRACE and licence.ends_at:
        fact = _("O último pagamento não passou.")
        step = _("A sincronização continua até %(date)s.") % {"date": formats.date(licence.ends_at)}
        remedy = _to_licence(_("Atualizar o pagamento"))
        return Notice(tone="wait", fact=fact, next_step=step, action=remedy)
    return None


def _closed(licence: Licence | None) -> str:
    """Why nothing syncs."""
    if licence is None:
        return _("A licença não está ativa.")
    if licence.state is LicenceState.CANCELED:
        return _("A assinatura terminou.")
    if licence.source == LicenceSource.STRIPE:
        return _("A licença está suspensa: falta o pagamento.")
    return _("O teste terminou.") if licence.source == LicenceSource.TRIAL else _("A licença terminou.")


def _to_licence(label: str) -> Action:
    return Action(label=label, url="/licenca")


def _guarded(held: Mapping[str, int]) -> Notice | None:
    waiting = held.get(Reason.GUARD_RAIL, 0)
    if not waiting:
        return None
    fact = plural(
        "Seguramos %(num)s mudança fora do comum antes de gravar.",
        "Seguramos %(num)s mudanças fora do comum antes de gravar.",
        waiting,
    )
    remedy = Action(label=_("Ver as mudanças"), url=HOLDS_PAGE)
    return Notice(tone="need", fact=fact, next_step=_("Escolha entre liberar e descartar."), action=remedy)


def _paused(held: Mapping[str, int]) -> Notice:
    fact = _("A sincronização está em pausa.")
    return Notice(tone="wait", fact=fact, next_step=_kept(held.get(Reason.PAUSED, 0)))


def _quota(held: Mapping[str, int]) -> Notice | None:
    waiting = held.get(Reason.QUOTA, 0)
    fact = _("O limite do plano para este mês foi atingido.")
    remedy = _to_licence(_("Ver os planos"))
    return Notice(tone="wait", fact=fact, next_step=_kept(waiting), action=remedy) if waiting else None


def _kept(waiting: int) -> str:
    if not waiting:
        return _("O que mudar no Bling fica guardado.")
    return plural(
        "%(num)s alteração está guardada e passa assim que puder.",
        "%(num)s alterações estão guardadas e passam assim que puderem.",
        waiting,
    )
