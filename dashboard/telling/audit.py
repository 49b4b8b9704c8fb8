"""The audit log in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.account.people import NOWHERE
from connector.domain.drift import MENDS_ALL
from connector.domain.vendor import ConnectionState
from connector.store.directory import KeyScope
from connector.store.people import Role
from dashboard.reader import N_, _

ACTIONS = {
    "api_key.created": N_("criou a chave de API"),
    "api_key.revoked": N_("revogou a chave de API"),
    "bitrix24.broken": N_("perdeu a conexão com o Bitrix24"),
    "bitrix24.connected": N_("conectou o portal do Bitrix24"),
    "bitrix24.uninstalled": N_("removeu o aplicativo do Bitrix24"),
    "bling.broken": N_("perdeu a conexão com o Bling"),
    "bling.connected": N_("conectou uma conta do Bling"),
    "bling.consent_failed": N_("não concluiu a conexão com o Bling"),
    "bling.disconnected": N_("desconectou uma conta do Bling"),
    "bling.main": N_("escolheu a conta principal do Bling"),
    "bling.restored": N_("voltou a alcançar o Bling"),
    "guard.changed": N_("mudou os limites da proteção"),
    "hold.approved": N_("liberou mudanças retidas"),
    "hold.discarded": N_("descartou mudanças retidas"),
    "events.replayed": N_("reprocessou registros"),
    "invitation.sent": N_("convidou"),
    "invitation.withdrawn": N_("cancelou o convite de"),
    "licence.changed": N_("mudou a licença"),
    "licence.checkout": N_("foi ao pagamento"),
    "licence.plan_changed": N_("trocou de plano"),
    "licence.renewed": N_("manteve a assinatura"),
    "licence.ended": N_("encerrou a licença concedida"),
    "licence.granted": N_("concedeu a licença"),
    "mapping.saved": N_("salvou o mapeamento"),
    "notices.chosen": N_("escolheu os avisos por e-mail"),
    "password.changed": N_("trocou a senha"),
    "password.reset": N_("trocou a senha pelo link do e-mail"),
    "person.joined": N_("entrou na equipe"),
    "person.left": N_("saiu da equipe"),
    "person.removed": N_("tirou da equipe"),
    "person.renamed": N_("passou a se chamar"),
    "preference.changed": N_("mudou uma opção"),
    "record.chosen": N_("escolheu o par de um registro"),
    "remedy.run": N_("mandou tentar de novo"),
    "role.changed": N_("mudou o papel de"),
    "session.closed": N_("saiu"),
    "session.ended": N_("encerrou uma sessão"),
    "session.opened": N_("entrou"),
    "sessions.ended": N_("encerrou as outras sessões"),
    "tenant.created": N_("criou a conta da empresa"),
    "tenant.exported": N_("exportou todos os dados"),
    "tenant.leaving": N_("pediu para sair da Ponte"),
    "tenant.paused": N_("parou a sincronização"),
    "tenant.resumed": N_("retomou a sincronização"),
    "tenant.stayed": N_("decidiu ficar na Ponte"),
    "toggle.changed": N_("mudou as opções"),
    "import.started": N_("começou uma importação"),
    "import.paused": N_("pausou uma importação"),
    "import.resumed": N_("retomou uma importação"),
    "import.cancelled": N_("cancelou uma importação"),
    "rehearsal.started": N_("começou um ensaio geral"),
    "rehearsal.paused": N_("pausou um ensaio geral"),
    "rehearsal.resumed": N_("retomou um ensaio geral"),
    "rehearsal.cancelled": N_("cancelou um ensaio geral"),
    "reconciliation.started": N_("começou uma conferência"),
    "reconciliation.paused": N_("pausou uma conferência"),
    "reconciliation.resumed": N_("retomou uma conferência"),
    "reconciliation.cancelled": N_("cancelou uma conferência"),
    "export.started": N_("começou uma exportação"),
    "export.paused": N_("pausou uma exportação"),
    "export.resumed": N_("retomou uma exportação"),
    "export.cancelled": N_("cancelou uma exportação"),
    "export.retried": N_("mandou tentar de novo o que falhou na exportação"),
    "import.retried": N_("mandou tentar de novo o que falhou na importação"),
    "reconciliation.repaired": N_("mandou corrigir diferenças"),
    "messages.claimed": N_("entregou mensagens que estavam sem dono"),
    "support.allowed": N_("permitiu que o suporte da Ponte mude opções"),
    "support.entered": N_("entrou para dar suporte"),
    "support.forbidden": N_("não permite mais que o suporte da Ponte mude opções"),
    "support.left": N_("terminou o suporte"),
}
ROLES = {
    Role.OWNER.value: N_("Proprietário"),
    Role.ADMIN.value: N_("Administrador"),
    Role.VIEWER.value: N_("Só leitura"),
}
SCOPES = {KeyScope.FULL.value: N_("Ler e mudar"), KeyScope.READ.value: N_("Só ler")}
PLACES = {"bitrix24": N_("dentro do Bitrix24")}
STATES = {
    ConnectionState.NEEDS_RECONNECT.value: N_("conexão expirada"),
    ConnectionState.INACTIVE.value: N_("empresa inativa"),
    ConnectionState.SCOPE_MISSING.value: N_("falta uma permissão"),
    ConnectionState.UNINSTALLED.value: N_("aplicativo desinstalado"),
}
#: What of an entry is worth a line, in this order, and the words of values that are codes.
SHOWN: Mapping[str, Mapping[str, str]] = {
    **{"email": {}, "name": {}, "company": {}},
    **{"before": ROLES, "after": ROLES, "role": ROLES, "scope": SCOPES},
    **{"place": PLACES, "state": STATES, "reason": {}, "note": {}},
}
#: Options whose own names say nothing to people; the others' are those of the API.
SWITCHES = {MENDS_ALL: N_("corrigir à noite também o que foi editado à mão ou falta no Bitrix24:")}


def what(action: str) -> str:
    """What was done; an action without words stands for itself."""
    return _(ACTIONS[action]) if action in ACTIONS else action


def detail(found: Mapping[str, Any]) -> str:
    """To whom or to what; options (their names have dots) with their new state."""
    texts = [_word(found[name], codes) for name, codes in SHOWN.items() if isinstance(found.get(name), str)]
    switches = [
        f"{_(SWITCHES[name]) if name in SWITCHES else name} {_('ligado') if on else _('desligado')}"
        for name, on in found.items()
        if isinstance(on, bool) and "." in name
    ]
    return " · ".join([*texts, *switches])


def reached(email: str) -> str:
    """An address; of who comes in through a portal it is no mail's, so it says how they come."""
    return _("pelo Bitrix24") if email.endswith(NOWHERE) else email


def _word(value: str, codes: Mapping[str, str]) -> str:
    return _(codes[value]) if value in codes else reached(value)
