"""Who works in a portal, and the methods that tell an application for whom it acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.limits import ENTERPRISE
from sandbox.bitrix24.query import listing
from sandbox.bitrix24.registry import METHODS, Call, method
from sandbox.bitrix24.tokens import SCOPES
from sandbox.bitrix24.values import empty, intval, iso, text

if TYPE_CHECKING:
    from sandbox.bitrix24.portal import PortalPlan

_SINCE = 1_767_225_600.0
_CONTACT = frozenset({"EMAIL", "LAST_LOGIN"})


class User(msgspec.Struct):
    """Somebody who works in the portal."""

    id: int
    name: str
    last_name: str
    email: str
    admin: bool

    def answer(self) -> dict[str, Any]:
        """As `user.current` and `user.get` show him."""
        return {
            "ID": str(self.id),
            "ACTIVE": True,
            "NAME": self.name,
            "LAST_NAME": self.last_name,
            "EMAIL": self.email,
            "LAST_LOGIN": iso(_SINCE),
            "DATE_REGISTER": iso(_SINCE),
            "IS_ONLINE": "Y",
            "LAST_ACTIVITY_DATE": "2026-01-01 00:00:00",
            "PERSONAL_GENDER": "",
            "PERSONAL_BIRTHDAY": "",
            "WORK_POSITION": "",
            "UF_EMPLOYMENT_DATE": "",
            "UF_DEPARTMENT": [1],
        }


def staff(number: int) -> list[User]:
    """An administrator and two people without his rights."""
    host = f"portal{number}.example"
    return [
        User(1, "Ana", "Administradora", f"ana@{host}", True),
        User(5, "Vítor", "Vendedor", f"vitor@{host}", False),
        User(6, "Vera", "Vendedora", f"vera@{host}", False),
    ]


@method("profile")
def profile(call: Call) -> Any:
    """The user in short; `ADMIN` is the portal administrator."""
    user = call.portal.users[call.token.user_id]
    return {
        "ID": str(user.id),
        "ADMIN": user.admin,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": "",
        "TIME_ZONE": "",
    }


@method("user.admin")
def user_admin(call: Call) -> Any:
    """Whether the user administers the portal."""
    return call.portal.users[call.token.user_id].admin


@method("user.current", "user_brief")
def user_current(call: Call) -> Any:
    """The user."""
    return _allowed(call, call.portal.users[call.token.user_id].answer())


@method("user.get", "user_brief")
def user_get(call: Call) -> Any:
    """The portal's users."""
    rows = [_allowed(call, user.answer()) for user in call.portal.users.values()]
    return listing(rows, call.params, call.start)


def _allowed(call: Call, answer: dict[str, Any]) -> dict[str, Any]:
    """The scope `user_brief` shows no contact data (vendor's page "User Scope Versions")."""
    return answer if call.token.allows(("user",)) else {k: v for k, v in answer.items() if k not in _CONTACT}


@method("app.info")
def app_info(call: Call) -> Any:
    """The application as the portal knows it: neither the portal's address nor the user."""
    family, licence = _licence(call.portal.plan)
    return {
        "ID": 5,
        "CODE": "ponte.sync" if not call.token.outsider else "outsider.app",
        "VERSION": 1,
        "STATUS": "F",
        "INSTALLED": call.portal.installed,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": "br",
        "LICENSE": f"br_{licence}",
        "LICENSE_TYPE": licence,
        "LICENSE_FAMILY": family,
    }


def _licence(plan: PortalPlan) -> tuple[str, str]:
    if plan.self_hosted:
        return "selfhosted", "selfhosted"
    return ("ent", "ent250") if plan.rate == ENTERPRISE else ("pro", "pro100")


@method("server.time")
def server_time(call: Call) -> Any:
    """The portal's time."""
    return iso(call.now)


@method("methods")
def methods(call: Call) -> Any:
    """Every method that the token may call."""
    return sorted(known.name for known in METHODS.values() if call.token.allows(known.scopes))


@method("method.get")
def method_get(call: Call) -> Any:
    """Whether a method exists and may be called."""
    known = METHODS.get(text(call.params.get("name")).lower())
    return {
        "isExisting": known is not None,
        "isAvailable": known is not None and call.token.allows(known.scopes),
    }


@method("scope")
def scope(call: Call) -> Any:
    """The granted scopes; with `full`, all there are."""
    everything = sorted({name for known in METHODS.values() for name in known.scopes} | set(SCOPES))
    if call.token.scopes is None or not empty(call.params.get("full")):
        return everything
    return sorted(call.token.scopes)


@method("feature.get")
def feature_get(call: Call) -> Any:
    """Whether the plan includes a feature."""
    code = call.insensitive().get("CODE")
    if empty(code):
        raise RestError("ERROR_ARGUMENT", "Argument 'CODE' is null or empty")
    available = text(code) not in ("rest_offline_extended",) or call.portal.plan.offline_events
    return {"value": "Y" if available else "N"}


@method("im.notify.system.add", "im")
def notify_system(call: Call) -> Any:
    """A notice to a user; one with the same `TAG` takes the former's place."""
    return _notify(call)


@method("im.notify", "im")
def notify(call: Call) -> Any:
    """The older name of the same."""
    return _notify(call)


def _notify(call: Call) -> int:
    sent = call.insensitive()
    user_id = intval(sent.get("USER_ID") or sent.get("TO"))
    if not user_id:
        raise RestError("USER_ID_EMPTY", "User ID can't be empty")
    if empty(sent.get("MESSAGE")):
        raise RestError("MESSAGE_EMPTY", "Message can't be empty")
    return call.portal.notify(user_id, text(sent["MESSAGE"]), text(sent.get("TAG")))


@method("placement.bind", "placement", admin=True, denied="ACCESS_DENIED")
def placement_bind(call: Call) -> Any:
    """A widget of the application."""
    sent = call.insensitive()
    for name in ("PLACEMENT", "HANDLER"):
        if empty(sent.get(name)):
            raise RestError("ERROR_ARGUMENT", f"Argument '{name}' is null or empty")
    call.portal.placements[(text(sent["PLACEMENT"]), text(sent["HANDLER"]))] = text(sent.get("TITLE"))
    return True


@method("placement.unbind", "placement", admin=True, denied="ACCESS_DENIED")
def placement_unbind(call: Call) -> Any:
    """Take widgets away."""
    sent = call.insensitive()
    gone = [
        key
        for key in call.portal.placements
        if key[0] == text(sent.get("PLACEMENT")) and text(sent.get("HANDLER")) in ("", key[1])
    ]
    for key in gone:
        del call.portal.placements[key]
    return {"count": len(gone)}


@method("placement.get", "placement", admin=True, denied="ACCESS_DENIED")
def placement_get(call: Call) -> Any:
    """The bound widgets."""
    return [
        {"placement": place, "handler": handler, "title": title, "description": "", "options": []}
        for (place, handler), title in call.portal.placements.items()
    ]
