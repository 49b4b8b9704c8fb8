"""What can be done about a reason, as buttons: where it is mended, and running its records again."""

from __future__ import annotations

from urllib.parse import urlencode

from connector.account.people import Viewer
from connector.domain.events import Kind, Reason, RecordKey
from connector.domain.remedies import Again, Cure, can_be_run, remedy_of
from dashboard.reader import _, plural
from dashboard.telling import places, words
from dashboard.telling.deals import DEALS
from dashboard.telling.reasons import HOLDS_PAGE, ORDER_PAGE, PRODUCT_PAGE
from dashboard.views.parts import Action
from dashboard.views.remedies import Confirm

PATH = "/remedios"
#: Where a person chooses an ambiguous record's pair, on its page.
CHOICE = "escolher"

_LEFT_OUT = frozenset({Cure.ENABLE_TOGGLE, Cure.CHANGE_FILTER})


def mend(code: str | None, kind: Kind) -> Action | None:
    """Where the cause is mended for all its records; None where no page of ours does."""
    reason = _known(code)
    if reason is None:
        return None
    deals = kind in DEALS
    match remedy_of(reason).cure:
        case Cure.ENABLE_TOGGLE:
            return Action(label=_("Ver as opções"), url=ORDER_PAGE if deals else PRODUCT_PAGE)
        case Cure.CHANGE_FILTER if deals:
            return Action(label=_("Ver quais pedidos entram"), url=f"{ORDER_PAGE}#entram")
        case Cure.CHANGE_FILTER:
            return Action(label=_("Ver quais produtos entram"), url=f"{PRODUCT_PAGE}#entram")
        case Cure.CHOOSE_STAGE:
            return Action(label=_("Definir a etapa"), url=f"{ORDER_PAGE}#etapas")
        case Cure.REVIEW_CHANGES:
            return Action(label=_("Ver as mudanças"), url=HOLDS_PAGE)
        case Cure.UPGRADE_PLAN | Cure.CHOOSE_PLAN:
            return Action(label=_("Ver os planos"), url="/licenca")
        case Cure.RECONNECT:
            return Action(label=_("Reconectar"), url="/configuracao/conexoes")
        case Cure.CONNECT:
            return Action(label=_("Ver conexões"), url="/configuracao/conexoes")
        case Cure.RESUME_RUN:
            return Action(label=_("Ver a importação"), url="/importacao")
        case Cure.CONTACT_SUPPORT:
            return Action(label=_("Ver a ajuda"), url="/ajuda")
        case Cure.CHOOSE_RECORD:
            return Action(label=_("Escolher um a um"), url=listed(reason, kind))
        case Cure.CORRECT_IN_BLING:
            return Action(label=_("Ver quais corrigir"), url=listed(reason, kind))
        case _:
            return None


def of_record(code: str | None, record: RecordKey, viewer: Viewer, bling: str = "") -> Action | None:
    """What this person can do about one record; `bling` = any address of Bling's site."""
    action = _corrected(code, record, bling) or _of_record(code, record)
    return None if action is not None and action.posts and not viewer.may_change else action


def _corrected(code: str | None, record: RecordKey, bling: str) -> Action | None:
    """What has to be corrected in Bling comes from there by itself, so that is where the button leads."""
    reason = _known(code)
    if reason is None or not bling or remedy_of(reason).cure is not Cure.CORRECT_IN_BLING:
        return None
    there = places.in_bling(record, bling)
    return Action(label=_("Corrigir no Bling"), url=there.url, outside=True) if there else None


def _of_record(code: str | None, record: RecordKey) -> Action | None:
    reason = _known(code)
    if reason is None:
        return None
    page = f"/registros/{record.kind}/{record.bling_id}"
    match remedy_of(reason).cure:
        case Cure.CHOOSE_RECORD if record.kind is Kind.PRODUCT:
            return Action(label=_("Escolher o produto"), url=f"{page}#{CHOICE}")
        case Cure.RECREATE:
            return Action(label=_("Criar de novo"), url=f"{page}/de-novo", posts=True)
        case Cure.REPLAY | Cure.CORRECT_IN_BLING | Cure.CHOOSE_RECORD:
            return Action(label=_("Tentar de novo"), url=f"{page}/de-novo", posts=True)
        case _:
            return mend(reason, record.kind)


def for_all(reason: Reason, kind: Kind, count: int, viewer: Viewer) -> Action | None:
    """Running all its records again, asked once more before it is done; None where that helps nobody."""
    if (
        not count
        or not viewer.may_change
        or not can_be_run(reason, kind)
        or remedy_of(reason).again is not Again.BY_HAND
    ):
        return None
    return Action(label=_all(reason, count), url=f"{PATH}?{urlencode({'motivo': reason, 'tipo': kind})}")


def listed(reason: Reason, kind: Kind) -> str:
    """The records with this reason."""
    return f"/registros?{urlencode({'tipo': kind, 'motivo': reason})}"


def confirm(reason: Reason, kind: Kind, count: int) -> Confirm:
    """The question before all of them run again."""
    records = plural("%(num)s registro", "%(num)s registros", count)
    return Confirm(
        title=f"{_all(reason, count)}?",
        lead=f"{records} · {words.many(kind)}",
        facts=_facts(reason),
        button=_all(reason, count),
        back=listed(reason, kind),
        reason=reason,
        kind=kind,
        anything=count > 0 and can_be_run(reason, kind),
    )


def queued(count: int) -> str:
    """Said when they are on their way."""
    return plural("%(num)s mudança na fila.", "%(num)s mudanças na fila.", count)


def _all(reason: Reason, count: int) -> str:
    cure = remedy_of(reason).cure
    if cure in _LEFT_OUT:
        return plural("Trazer %(num)s que ficou de fora", "Trazer os %(num)s que ficaram de fora", count)
    if cure is Cure.RECREATE:
        return plural("Criar %(num)s de novo", "Criar os %(num)s de novo", count)
    return plural("Tentar %(num)s de novo", "Tentar os %(num)s de novo", count)


def _facts(reason: Reason) -> tuple[str, ...]:
    now = _("Cada registro é lido no Bling como está agora. O que já está igual nos dois lados não muda.")
    plan = _("Cada registro gravado no Bitrix24 conta uma vez no plano.")
    cure = remedy_of(reason).cure
    if cure in _LEFT_OUT:
        return now, _("O que as opções ou o filtro de hoje deixam de fora continua de fora."), plan
    if cure is Cure.RECREATE:
        return now, _("O que foi excluído no Bitrix24 volta como registro novo, com outro ID."), plan
    return now, _("O que falhar outra vez volta para esta lista, com o motivo."), plan


def _known(code: str | None) -> Reason | None:
    return Reason(code) if code in set(Reason) else None
