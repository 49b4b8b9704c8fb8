"""All of Bitrix24's side: portals, tokens, the authorisation server, events on their way."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import Any

import httpx

from sandbox.bitrix24 import seed
from sandbox.bitrix24.crm import Entity
from sandbox.bitrix24.element_fields import got
from sandbox.bitrix24.events import ROBOT
from sandbox.bitrix24.limits import ENTERPRISE
from sandbox.bitrix24.methods import load
from sandbox.bitrix24.oauth import STATUS, OAuthServer
from sandbox.bitrix24.phpquery import build_query
from sandbox.bitrix24.portal import Delivery, Portal, PortalPlan
from sandbox.bitrix24.rest import RestDoor
from sandbox.bitrix24.tokens import ACCESS_S, CLIENT_ID, CLIENT_SECRET, SCOPES, Pair, Tokens, made_up
from sandbox.core.world import World, WorldKind

PLANS = (
    PortalPlan(number=1, member_id=made_up("portal", "1"), domain="aurora.bitrix24.com.br", name="Aurora"),
    PortalPlan(number=2, member_id=made_up("portal", "2"), domain="serra.bitrix24.com.br", name="Serra Azul"),
    PortalPlan(number=3, member_id=made_up("portal", "3"), domain="ipe.bitrix24.com.br", name="Ipê"),
    PortalPlan(
        number=4,
        member_id=made_up("portal", "4"),
        domain="rigor.bitrix24.com.br",
        name="Rigor (campo de negócio obrigatório, sem eventos offline)",
        required_deal_field=True,
        offline_events=False,
    ),
    PortalPlan(
        number=5,
        member_id=made_up("portal", "5"),
        domain="mundo.bitrix24.com",
        name="Mundo (Enterprise, sem os modelos brasileiros)",
        rate=ENTERPRISE,
        brazilian_presets=False,
    ),
    PortalPlan(
        number=6,
        member_id=made_up("portal", "6"),
        domain="crm.empresa.example",
        name="Empresa (servidor próprio)",
        self_hosted=True,
    ),
)
SPARE_INDEX = 2
"""The third portal is the one that nobody has connected."""

DELIVERY_TIMEOUT_S = 10.0


class Bitrix24State:
    """Bitrix24 as the sandbox plays it. `reset` brings back the start."""

    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET

    def __init__(self, world: World) -> None:
        load()
        self.world = world
        self.tokens = Tokens(world.clock.now)
        self.by_member_id: dict[str, Portal] = {}
        self.rest = RestDoor(world, self.tokens)
        self.oauth = OAuthServer(world.base_url, self.tokens, self.by_member_id)
        self._sending: set[asyncio.Task[None]] = set()
        self._populate()

    @property
    def spare_member_id(self) -> str:
        """The portal that nobody has connected."""
        return PLANS[SPARE_INDEX].member_id

    def portals(self) -> list[dict[str, str]]:
        """All portals with the outsider's token: two of tenants, the spare, the three special ones."""
        return [
            {
                "member_id": portal.member_id,
                "domain": portal.plan.domain,
                "access_token": self.tokens.outsider(portal.member_id).value,
            }
            for portal in self.by_member_id.values()
        ]

    def reset(self) -> None:
        """Forget all records and grants, then open the same world again."""
        self.tokens.clear()
        self.rest.forget()
        self._populate()

    def grant(self, member_id: str, user_id: int = 1) -> dict[str, str]:
        """The form fields of a finished installation, with a fresh pair. KeyError: no such portal."""
        portal = self.by_member_id[member_id]
        portal.installed = portal.install_page_shown = True
        return self.install_form(portal, user_id)

    def install_form(self, portal: Portal, user_id: int = 1) -> dict[str, str]:
        """What Bitrix24 POSTs when somebody opens the application, query and form in one."""
        pair = self.tokens.issue(portal.member_id, user_id)
        return {
            **self.opening_query(),
            "AUTH_ID": pair.access.value,
            "AUTH_EXPIRES": str(ACCESS_S),
            "REFRESH_ID": pair.refresh,
            "SERVER_ENDPOINT": self.oauth.server_endpoint,
            "APPLICATION_TOKEN": application_token(portal),
            "APPLICATION_SCOPE": ",".join(SCOPES),
            "member_id": portal.member_id,
            "status": STATUS,
            "PLACEMENT": "DEFAULT",
            "PLACEMENT_OPTIONS": '{"any":"1\\/"}',
        }

    def opening_query(self) -> dict[str, str]:
        """What stands in the query of that POST."""
        scheme, _, host = self.world.base_url.partition("://")
        return {
            "DOMAIN": host,
            "PROTOCOL": "1" if scheme == "https" else "0",
            "LANG": "br",
            "APP_SID": made_up("sid", host),
        }

    def finish_install(self, portal: Portal) -> None:
        """`BX24.installFinish()` was called: events may flow, and the application hears of it."""
        if portal.installed:
            return
        portal.installed = True
        data = {"VERSION": "1", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "br"}
        self._tell_app(portal, "ONAPPINSTALL", data)

    def update_app(self, portal: Portal) -> None:
        """A new version of the application: every handler vanishes."""
        portal.events.unbind_all()

    def uninstall(self, portal: Portal, *, clean: bool) -> None:
        """Tokens stop, handlers and widgets vanish, the application is told."""
        portal.installed = portal.install_page_shown = False
        portal.events.unbind_all()
        portal.placements.clear()
        self.tokens.revoke(portal.member_id)
        self._tell_app(portal, "ONAPPUNINSTALL", {"LANGUAGE_ID": "br", "CLEAN": int(clean)})

    @property
    def is_telling(self) -> bool:
        """Whether an online event is on its way to its handler."""
        return bool(self._sending)

    def dump(self, member_id: str) -> dict[str, list[dict[str, Any]]]:
        """All records of a portal as its own `get` answers them. KeyError: no such portal."""
        portal = self.by_member_id[member_id]
        catalogue, crm = portal.catalogue, portal.crm
        return {
            "products": [got(catalogue, element) for element in catalogue.elements.values()],
            "sections": [dict(section) for section in catalogue.sections.values()],
            "files": [
                {"id": str(number), "name": file.name, "sha256": sha256(file.content).hexdigest()}
                for number, file in catalogue.files.items()
            ],
            "prices": [dict(price) for price in catalogue.prices.values()],
            "deals": [dict(item) for item in crm.items[Entity.DEAL].values()],
            "rows": [dict(row) for rows in crm.rows.values() for row in rows],
            "contacts": [dict(item) for item in crm.items[Entity.CONTACT].values()],
            "companies": [dict(item) for item in crm.items[Entity.COMPANY].values()],
            "requisites": [dict(requisite) for requisite in crm.requisites.values()],
            "addresses": [dict(address) for address in crm.addresses.values()],
            "comments": [dict(comment) for comment in crm.comments.values()],
        }

    def _populate(self) -> None:
        self.by_member_id.clear()
        for plan in PLANS:
            portal = Portal(plan, base_url=self.world.base_url, clock=self.world.clock, send=self._send)
            self.by_member_id[plan.member_id] = portal
            token = self.tokens.outsider(plan.member_id)
            if self.world.kind is WorldKind.DEMO:
                seed.fill(portal, token)

    def _tell_app(self, portal: Portal, event: str, data: dict[str, Any]) -> None:
        handler = f"{self.world.app_url}/webhooks/bitrix24"
        self._send(Delivery(portal, event, data, handler, None, ROBOT))

    def _send(self, delivery: Delivery) -> None:
        """Post an online event once. Without a running loop (a world being built) nobody listens."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        task = loop.create_task(_post(delivery.handler, self._body(delivery)))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    def _body(self, delivery: Delivery) -> str:
        body: dict[str, Any] = {"event": delivery.event}
        if delivery.handler_id is not None:
            body["event_handler_id"] = delivery.handler_id
        body |= {"data": delivery.data, "ts": int(self.world.clock.real())}
        return build_query(body | {"auth": self._event_auth(delivery)})

    def _event_auth(self, delivery: Delivery) -> dict[str, Any]:
        portal = delivery.portal
        auth: dict[str, Any] = {}
        user_id = 1 if delivery.event == "ONAPPINSTALL" else delivery.author.user_id
        if user_id:
            auth = _pair(self.tokens.issue(portal.member_id, user_id))
        return auth | {
            "domain": portal.plan.domain,
            "server_endpoint": self.oauth.server_endpoint,
            "status": STATUS,
            "client_endpoint": portal.rest_url,
            "member_id": portal.member_id,
            "application_token": application_token(portal),
        }


def application_token(portal: Portal) -> str:
    """The proof that an event comes from this portal."""
    return made_up("application", portal.member_id)


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "access_token": pair.access.value,
        "refresh_token": pair.refresh,
        "expires_in": ACCESS_S,
        "scope": " ".join(SCOPES),
    }


async def _post(handler: str, body: str) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    async with httpx.AsyncClient(timeout=DELIVERY_TIMEOUT_S, trust_env=False) as client:
        try:
            await client.post(handler, content=body, headers=headers)
        except httpx.HTTPError:
            return  # An online event is sent once; what the handler missed is lost.
