"""A person in a browser who connects Bling: signs in at the app, consents at the sandbox, comes back."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx

from connector.account import connect_bling
from connector.account.people import PONTE
from connector.account.signin import SignedIn, sign_in
from connector.store.connections import Account
from tests.support.office import PASSWORD, Customer, Office
from tests.support.sandbox import Sandbox

COOKIE = "ponte"


class Visitor:
    """One browser with a session of its own."""

    def __init__(self, office: Office, sandbox: Sandbox, token: str) -> None:
        self._office, self._sandbox = office, sandbox
        self._headers = {"cookie": f"{COOKIE}={token}", "accept": "text/html"}

    async def get(self, path: str) -> httpx.Response:
        """A page, no redirect followed."""
        return await self._office.client.get(path, headers=self._headers)

    async def post(self, path: str, **form: str) -> httpx.Response:
        """A form as the page has it."""
        page = await self.get("/configuracao/conexoes")
        word = page.text.split('name="csrf" value="')[1].split('"')[0]
        return await self._office.client.post(path, data={"csrf": word, **form}, headers=self._headers)

    async def start(self, query: str = "") -> str:
        """Press the button; the address of Bling's consent page."""
        answer = await self.get(f"/oauth/bling/start{query}")
        assert answer.status_code == 302, answer.headers.get("location")
        return str(answer.headers["location"])

    def decide(self, url: str, company: int = 0, decision: str = "authorize") -> str:
        """On Bling's page; the address that Bling leads back to, below ours."""
        form = {
            "company": self._sandbox.ready["companies"][company]["company_id"],
            "state": state_of(url),
            "decision": decision,
        }
        answer = self._sandbox.client.post(url, data=form)
        back = urlsplit(answer.headers["location"])
        return f"{back.path}?{back.query}"

    async def connect(self, company: int = 0, query: str = "") -> httpx.Response:
        """The whole way."""
        return await self.get(self.decide(await self.start(query), company))


def state_of(url: str) -> str:
    """The state in the consent page's address."""
    return parse_qs(urlsplit(url).query)["state"][0]


async def visitor(office: Office, sandbox: Sandbox, customer: Customer, email: str = "") -> Visitor:
    """Somebody of the tenant, signed in."""
    found = await sign_in(office.database, email or customer.email, PASSWORD, office.parts.clock.now())
    assert isinstance(found, SignedIn)
    return Visitor(office, sandbox, found.token)


async def connected(office: Office, sandbox: Sandbox, tenant: Customer, company: int = 0) -> Account:
    """A Bling account that Ponte itself connected."""
    company_id = sandbox.ready["companies"][company]["company_id"]
    code = sandbox.control("grant", {"provider": "bling", "company_id": company_id})["code"]
    return await connect_bling.connect(office.parts.connecting, tenant.tenant_id, code, PONTE)


def oauth_calls(sandbox: Sandbox, end: str = "token") -> list[dict[str, object]]:
    """What the token endpoint was asked, or the one of revocations."""
    calls = sandbox.control("calls?provider=bling", method="GET")
    calls = calls["items"] if isinstance(calls, dict) else calls
    return [call for call in calls if call["path"].endswith(f"/oauth/{end}")]
