"""What a person sees of a portal: the page that opens Ponte in an iframe, and the consent page.

Vendor facts: the application is opened by a POST with query and form fields; the install page
is shown once and must call `BX24.installFinish()`; errors of the consent are shown by Bitrix24
itself, there is no redirect with an error.
"""

from __future__ import annotations

from html import escape
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from sandbox.bitrix24.portal import Portal
from sandbox.bitrix24.tokens import CLIENT_ID, SCOPES
from sandbox.bitrix24.values import intval
from sandbox.core.http import Answer, Request

if TYPE_CHECKING:
    from sandbox.bitrix24.state import Bitrix24State

_HEAD = """<!doctype html>
<html lang="pt-BR"><head><meta charset="utf-8"><title>$title · Bitrix24 (sandbox)</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0}
header{display:flex;gap:1rem;align-items:baseline;padding:.75rem 1rem;border-bottom:1px solid #8884}
h1{font-size:1.1rem;margin:0}
main{max-width:28rem;margin:10vh auto;padding:0 1rem}
form.box{display:grid;gap:1rem;border:1px solid #8884;border-radius:12px;padding:1.5rem}
button{font:inherit;padding:.6rem .8rem;border-radius:8px;border:1px solid #8886}
.go{background:#1769e0;color:#fff;border-color:transparent}
iframe{border:0;width:100%;height:calc(100vh - 3.5rem);display:block}
</style></head><body>
"""

_PORTAL = Template(
    _HEAD
    + """<header><h1>$title</h1><span>$person</span></header>
<iframe name="$frame" title="Ponte" src="about:blank"></iframe>
<form id="open" method="post" action="$action" target="$frame">$fields</form>
<script>
document.getElementById("open").submit();
addEventListener("message", async (message) => {
  if (message.origin !== $app_origin || !/installFinish/i.test(JSON.stringify(message.data))) return;
  await fetch("$installed", {method: "POST"});
  location.reload();
});
</script></body></html>
"""
)

_CONSENT = Template(
    _HEAD
    + """<main><h1>Autorizar a Ponte</h1>
<p>A Ponte pede acesso ao portal <strong>$title</strong>: $scopes.</p>
<form class="box" method="post">
<button class="go" name="decision" value="authorize">Autorizar</button>
<button name="decision" value="refuse">Recusar</button>
</form></main></body></html>
"""
)

_MESSAGE = Template(_HEAD + "<main><h1>$title</h1><p>$text</p></main></body></html>")

CALLBACK = "/oauth/bitrix24/callback"
"""Where the registered application wants people back; a sent `redirect_uri` is ignored."""

BX24_SCRIPT = b"""(() => {
  const parts = window.name.split("|");
  const send = (command, parameters) =>
    parent.postMessage(command + ":" + JSON.stringify(parameters || {}) + "::" + (parts[2] || ""), "*");
  window.BX24 = {
    init: (ready) => { if (document.readyState === "loading") addEventListener("DOMContentLoaded", ready);
                       else ready(); },
    ready: (ready) => window.BX24.init(ready),
    install: (ready) => window.BX24.init(ready),
    installFinish: () => send("setInstallFinish"),
    resizeWindow: (width, height) => send("resizeWindow", {width, height}),
    fitWindow: () => send("fitWindow"),
    getDomain: () => parts[0] || "",
  };
})();
"""
"""The part of `api.bitrix24.com/api/v1/` that an installation page needs."""


def portal_page(state: Bitrix24State, portal: Portal, request: Request) -> Answer:
    """Opens Ponte in an iframe: the install page the first time, the application afterwards."""
    user = portal.users.get(intval(dict(request.query).get("user_id")), portal.users[1])
    first = not portal.installed and not portal.install_page_shown
    portal.install_page_shown = True
    form = state.install_form(portal, user.id)
    query = {name: form.pop(name) for name in state.opening_query()}
    door = "install" if first else "app"
    app_url = state.world.app_url
    page = _PORTAL.substitute(
        title=escape(portal.plan.name),
        person=escape(f"{user.name} {user.last_name}"),
        frame=escape(f"{query['DOMAIN']}|{query['PROTOCOL']}|{query['APP_SID']}"),
        action=escape(f"{app_url}/bitrix24/{door}?{urlencode(query)}"),
        installed=f"/bitrix24/{portal.member_id}/installed",
        app_origin=f'"{"/".join(app_url.split("/")[:3])}"',
        fields="".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in form.items()
        ),
    )
    return html(page)


def consent(state: Bitrix24State, portal: Portal, request: Request) -> Answer:
    """`GET` asks, `POST` is the answer; *Recusar* ends on a page of Bitrix24."""
    query = dict(request.query)
    if query.get("client_id") != CLIENT_ID:
        return message("Aplicativo inválido", "Este aplicativo não está registrado neste portal.", 400)
    if request.http_method != "POST":
        return html(_CONSENT.substitute(title=escape(portal.plan.name), scopes=escape(", ".join(SCOPES))))
    if dict(parse_qsl(request.body.decode("utf-8", "replace"))).get("decision") != "authorize":
        return message("Acesso recusado", "O aplicativo não recebeu acesso ao portal.")
    back = {
        "code": state.tokens.code(portal.member_id, 1),
        "state": query.get("state", ""),
        "domain": portal.plan.domain,
        "member_id": portal.member_id,
        "scope": ",".join(SCOPES),
        "server_domain": state.world.base_url.partition("//")[2],
    }
    return Answer(302, headers=(("location", f"{state.world.app_url}{CALLBACK}?{urlencode(back)}"),))


def message(title: str, text: str, status: int = 200) -> Answer:
    """A page with one sentence."""
    return html(_MESSAGE.substitute(title=escape(title), text=escape(text)), status)


def html(page: str, status: int = 200) -> Answer:
    """A page."""
    return Answer(status, page.encode(), "text/html; charset=utf-8")
