"""An operator at the real app: signs in with password and code, asks for pages, sends their forms."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx

from connector.account import operators
from connector.account.operators import Made
from connector.account.signin import SignedIn
from connector.security import totp
from server.operators import operator_cookie_name, visit_cookie_name
from server.sessions import csrf_token
from tests.support.office import Office

EMAIL, PASSWORD = "diego@ponte.example", "a long operator password"


class Watch:
    """A signed-in operator."""

    def __init__(self, office: Office, made: Made, token: str) -> None:
        self.office, self.made, self.token = office, made, token
        self.visit_token = ""

    @property
    def headers(self) -> dict[str, str]:
        """Of the operator's own pages."""
        settings = self.office.parts.settings
        cookies = f"{operator_cookie_name(settings)}={self.token}"
        if self.visit_token:
            cookies += f"; {visit_cookie_name(settings)}={self.visit_token}"
        return {"cookie": cookies, "accept": "text/html"}

    async def get(self, path: str, **query: str) -> httpx.Response:
        """One of the operator's pages."""
        return await self.office.client.get(f"/operator{path}", headers=self.headers, params=query)

    async def post(self, path: str, **form: str) -> httpx.Response:
        """One of their forms."""
        headers = self.headers | {"x-csrf-token": csrf_token(self.token)}
        return await self.office.client.post(f"/operator{path}", headers=headers, data=form)

    async def visiting(self, method: str, path: str, **form: str) -> httpx.Response:
        """A tenant's page or form, during a visit."""
        headers = self.headers | {"x-csrf-token": csrf_token(self.visit_token)}
        more = {"data": form} if method == "POST" else {"params": form}
        return await self.office.client.request(method, path, headers=headers, **more)

    async def begin_visit(
        self, tenant_id: object, reason: str = "Chamado 4711: nada chega"
    ) -> httpx.Response:
        """Open a tenant's screens."""
        answer = await self.post(f"/clientes/{tenant_id}/visita", reason=reason)
        self.visit_token = answer.cookies.get(visit_cookie_name(self.office.parts.settings), "")
        return answer


async def sign_in(office: Office, email: str = EMAIL, at: datetime | None = None) -> Watch:
    """A new operator, inside."""
    now = at or office.parts.clock.now()
    made = await operators.make(office.database, office.parts.vault, email, now, PASSWORD, "Diego Farias")
    code = totp.code_at(made.totp_secret, now)
    done = await operators.sign_in(office.database, office.parts.vault, email, PASSWORD, code, now)
    assert isinstance(done, SignedIn)
    return Watch(office, made, done.token)


def later_code(made: Made, now: datetime) -> str:
    """The code after the present one."""
    return totp.code_at(made.totp_secret, now + timedelta(seconds=totp.STEP_S))
