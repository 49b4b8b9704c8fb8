"""The HTTP side of the authorisation server: consent page, token endpoint, revocation."""

from __future__ import annotations

import binascii
from base64 import b64decode
from html import escape
from string import Template
from urllib.parse import urlencode

from sandbox.bling.bodies import bare
from sandbox.bling.errors import error
from sandbox.bling.oauth import CLIENT_ID, credentials_match
from sandbox.bling.state import BlingState
from sandbox.core.http import Answer, Request

_PAGE = Template("""<!doctype html>
<html lang="pt-BR"><head><meta charset="utf-8"><title>Autorizar aplicativo · Bling (sandbox)</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:28rem;margin:10vh auto;padding:0 1rem}
form{display:grid;gap:1rem;border:1px solid #8884;border-radius:12px;padding:1.5rem}
select,button{font:inherit;padding:.6rem .8rem;border-radius:8px;border:1px solid #8886}
.go{background:#1f8a4c;color:#fff;border-color:transparent}
</style></head><body>
<h1>Autorizar a Ponte</h1>
<p>A Ponte pede acesso aos produtos, pedidos, contatos, estoques e notas desta empresa.</p>
<form method="post">
<label for="company">Empresa</label>
<select id="company" name="company">$options</select>
<input type="hidden" name="state" value="$state">
<button class="go" name="decision" value="authorize">Autorizar</button>
<button name="decision" value="refuse">Recusar</button>
</form></body></html>
""")

CALLBACK = "/oauth/bling/callback"
"""Where the registered app wants people back; a sent `redirect_uri` is ignored, as at Bling."""


def authorize(state: BlingState, request: Request) -> Answer:
    """`GET` shows the consent page, `POST` is a person's decision and leads back to the app."""
    query = dict(request.query)
    if query.get("client_id") != CLIENT_ID or query.get("response_type") != "code":
        return _html(400, "<!doctype html><html lang=pt-BR><title>Erro</title><h1>Aplicativo inválido</h1>")
    if request.http_method != "POST":
        alone = () if state.world.switches.bling_framed else (("x-frame-options", "SAMEORIGIN"),)
        return _html(200, _consent_page(state, query.get("state", "")), alone)
    form = request.form
    back = {"state": form.get("state", "")}
    company = state.companies.get(form.get("company", ""))
    if form.get("decision") == "refuse" or company is None:
        text = "The user denied access to your application"
        back = {"error": "access_denied", "error_description": text} | back
    else:
        back = {"code": state.oauth.grant_code(company.id)} | back
    location = f"{state.world.app_url}{CALLBACK}?{urlencode(back)}"
    return Answer(302, headers=(("location", location),))


def token(state: BlingState, request: Request) -> Answer:
    """The token endpoint: credentials only in the Authorization header (facts §1)."""
    _require_client(request)
    form = request.form
    match form.get("grant_type"):
        case "authorization_code" if form.get("code"):
            return bare(state.oauth.exchange(form["code"]))
        case "refresh_token" if form.get("refresh_token"):
            return bare(state.oauth.renew(form["refresh_token"]))
        case "authorization_code" | "refresh_token":
            raise error("invalid_request", "Missing parameter")
        case _:
            raise error("unsupported_grant_type")


def revoke(state: BlingState, request: Request) -> Answer:
    """Ends one token; `revoke_action` or `revoke_target` end all of its user's (facts §1: never send)."""
    _require_client(request)
    form = request.form
    owner = state.oauth.revoke_token(form.get("token", ""))
    if owner and (form.get("revoke_action") or form.get("revoke_target")):
        state.oauth.revoke_company(owner)
    return bare({"revoked": True})


def owner_of(state: BlingState, request: Request) -> str | None:
    """Whose code or refresh token comes with this request, for the call log and the faults."""
    form = request.form
    sent = form.get("code") or form.get("refresh_token") or form.get("token") or ""
    return state.oauth.owner_of(sent)


def _require_client(request: Request) -> None:
    header = request.headers.get("authorization", "")
    if not header:
        raise error("invalid_client")
    scheme, _, encoded = header.partition(" ")
    try:
        client_id, colon, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise error("invalid_request") from None
    if scheme.lower() != "basic" or not colon:
        raise error("invalid_request")
    if not credentials_match(client_id, secret):
        raise error("invalid_client")


def _consent_page(state: BlingState, app_state: str) -> str:
    options = "".join(
        f'<option value="{company.id}">{escape(company.profile.nome)}</option>'
        for company in state.companies.values()
    )
    return _PAGE.substitute(options=options, state=escape(app_state, quote=True))


def _html(status: int, page: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(status, page.encode(), "text/html; charset=utf-8", headers=headers)
