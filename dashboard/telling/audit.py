"""The audit log in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.store.directory import KeyScope
from connector.store.people import Role
from dashboard.reader import N_, _

ACTIONS = {
    "api_key.created": N_("criou a chave de API"),
    "api_key.revoked": N_("revogou a chave de API"),
    "bitrix24.connected": N_("conectou o portal do Bitrix24"),
    "bitrix24.uninstalled": N_("removeu o aplicativo do Bitrix24"),
    "bling.connected": N_("conectou uma conta do Bling"),
    "bling.consent_failed": N_("não concluiu a conexão com o Bling"),
    "bling.disconnected": N_("desconectou uma conta do Bling"),
    "bling.main": N_("escolheu a conta principal do Bling"),
    "invitation.sent": N_("convidou"),
    "invitation.withdrawn": N_("cancelou o convite de"),
    "password.reset": N_("trocou a senha pelo link do e-mail"),
    "person.joined": N_("entrou na equipe"),
    "person.left": N_("saiu da equipe"),
    "person.renamed": N_("passou a se chamar"),
    "person.removed": N_("tirou da equipe"),
    "preference.changed": N_("mudou uma opção"),
    "role.changed": N_("mudou o papel de"),
    "session.ended": N_("encerrou uma sessão"),
    "sessions.ended": N_("encerrou as outras sessões"),
    "tenant.created": N_("criou a conta da empresa"),
    "toggle.changed": N_("mudou as opções"),
}
ROLES = {
    Role.OWNER.value: N_("Proprietário"),
    Role.ADMIN.value: N_("Administrador"),
    Role.VIEWER.value: N_("Só leitura"),
}
SCOPES = {KeyScope.FULL.value: N_("Ler e mudar"), KeyScope.READ.value: N_("Só ler")}
#: What of an entry is worth a line, in this order, and the words of values that are codes.
SHOWN: Mapping[str, Mapping[str, str]] = {
    **{"email": {}, "name": {}, "company": {}},
    **{"before": ROLES, "after": ROLES, "role": ROLES, "scope": SCOPES},
}


def what(action: str) -> str:
    """What was done; an action without words stands for itself."""
    return _(ACTIONS[action]) if action in ACTIONS else action


def detail(found: Mapping[str, Any]) -> str:
    """To whom or to what; options (their names have dots) with their new state."""
    texts = [_word(found[name], codes) for name, codes in SHOWN.items() if isinstance(found.get(name), str)]
    switches = [
        f"{name} {_('ligado') if on else _('desligado')}"
        for name, on in found.items()
        if isinstance(on, bool) and "." in name
    ]
    return " · ".join([*texts, *switches])


def _word(value: str, codes: Mapping[str, str]) -> str:
    return _(codes[value]) if value in codes else value
