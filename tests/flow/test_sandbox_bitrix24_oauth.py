"""The sandbox's authorisation server, its pages, and what tokens may do."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

CODE_FIELDS = {
    "access_token",
    "client_endpoint",
    "domain",
    "expires_in",
    "member_id",
    "refresh_token",
    "scope",
    "server_endpoint",
    "status",
}


@pytest.fixture
def portal(sandbox: Sandbox) -> Portal:
    return Portal(sandbox)


def _grant(sandbox: Sandbox, portal: Portal) -> dict[str, str]:
    form: dict[str, str] = sandbox.control("grant", {"provider": "bitrix24", "member_id": portal.member_id})
    return form


def _token(sandbox: Sandbox, method: str = "GET", **params: str) -> tuple[int, dict[str, Any]]:
    app = sandbox.ready["bitrix24"]
    sent = {"client_id": app["client_id"], "client_secret": app["client_secret"]} | params
    where = {"params": sent} if method == "GET" else {"data": sent}
    answer = sandbox.client.request(method, app["oauth_url"], **where)  # type: ignore[arg-type]
    return answer.status_code, answer.json()


def _consent(sandbox: Sandbox, portal: Portal, decision: str = "authorize") -> Any:
    query = {"client_id": sandbox.ready["bitrix24"]["client_id"], "state": "s1"}
    url = f"/bitrix24/{portal.member_id}/oauth/authorize/"
    page = sandbox.client.get(url, params=query).text
    assert re.findall(r"<button[^>]*>(\w+)</button>", page) == ["Autorizar", "Recusar"]
    return sandbox.client.post(url, params=query, data={"decision": decision})


def _code(sandbox: Sandbox, portal: Portal) -> str:
    query = dict(parse_qsl(urlsplit(_consent(sandbox, portal).headers["location"]).query))
    assert (query["state"], query["member_id"]) == ("s1", portal.member_id)
    return query["code"]


def test_a_finished_install_brings_working_tokens(sandbox: Sandbox, portal: Portal) -> None:
    form = _grant(sandbox, portal)
    assert form["member_id"] == portal.member_id
    assert {"APPLICATION_TOKEN", "APPLICATION_SCOPE", "SERVER_ENDPOINT", "status", "LANG"} <= set(form)
    assert Portal(sandbox, 0, form["AUTH_ID"]).call("profile")["ADMIN"] is True


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_code_is_exchanged_once(sandbox: Sandbox, portal: Portal, method: str) -> None:
    code = _code(sandbox, portal)
    status, body = _token(sandbox, method, grant_type="authorization_code", code=code)
    assert (status, set(body)) == (200, CODE_FIELDS)
    assert body["client_endpoint"] == portal.rest_url
    assert body["scope"] == "catalog,crm,user_brief,placement,im,userfieldconfig"
    again = _token(sandbox, method, grant_type="authorization_code", code=code)
    assert (again[0], again[1]["error"]) == (400, "invalid_grant")


def test_a_code_lives_thirty_seconds(sandbox: Sandbox, portal: Portal) -> None:
    code = _code(sandbox, portal)
    sandbox.control("clock", {"advance_s": 31})
    assert _token(sandbox, grant_type="authorization_code", code=code)[1]["error"] == "invalid_grant"


def test_refusing_ends_on_a_page_of_bitrix24(sandbox: Sandbox, portal: Portal) -> None:
    answer = _consent(sandbox, portal, "refuse")
    assert answer.status_code == 200
    assert "Acesso recusado" in answer.text


def test_renewal_rotates_and_says_who_and_until_when(sandbox: Sandbox, portal: Portal) -> None:
    form = _grant(sandbox, portal)
    status, body = _token(sandbox, grant_type="refresh_token", refresh_token=form["REFRESH_ID"])
    assert (status, set(body)) == (200, CODE_FIELDS | {"expires", "user_id"})
    assert body["user_id"] == 1
    assert body["refresh_token"] != form["REFRESH_ID"]
    again = _token(sandbox, grant_type="refresh_token", refresh_token=form["REFRESH_ID"])
    assert again[1]["error"] == "invalid_grant"
    assert Portal(sandbox, 0, form["AUTH_ID"]).call("profile")
    assert Portal(sandbox, 0, body["access_token"]).call("profile")


def test_access_ends_after_an_hour_but_not_the_outsiders(sandbox: Sandbox, portal: Portal) -> None:
    form = _grant(sandbox, portal)
    sandbox.control("clock", {"advance_s": 3601})
    refusal = Portal(sandbox, 0, form["AUTH_ID"]).refusal("profile")
    assert refusal == (401, "expired_token", "The access token provided has expired")
    assert portal.call("profile")
    assert _token(sandbox, grant_type="refresh_token", refresh_token=form["REFRESH_ID"])[0] == 200


def test_refresh_ends_after_180_days(sandbox: Sandbox, portal: Portal) -> None:
    form = _grant(sandbox, portal)
    sandbox.control("clock", {"advance_s": 180 * 86_400 + 1})
    body = _token(sandbox, grant_type="refresh_token", refresh_token=form["REFRESH_ID"])[1]
    assert body["error"] == "invalid_grant"


def test_a_wrong_secret_is_an_invalid_client(sandbox: Sandbox, portal: Portal) -> None:
    form = _grant(sandbox, portal)
    wrong = _token(sandbox, grant_type="refresh_token", refresh_token=form["REFRESH_ID"], client_secret="x")
    assert (wrong[0], wrong[1]["error"]) == (401, "invalid_client")
    assert _token(sandbox, grant_type="refresh_token", refresh_token=form["REFRESH_ID"])[0] == 200


def test_app_info_at_the_authorisation_server_names_the_portal(sandbox: Sandbox, portal: Portal) -> None:
    form = _grant(sandbox, portal)
    url = form["SERVER_ENDPOINT"] + "app.info"
    for answer in (
        sandbox.client.get(url, params={"auth": form["AUTH_ID"]}),
        sandbox.client.post(url + ".json", data={"auth": form["AUTH_ID"]}),
    ):
        install = answer.json()["result"]["install"]
        assert install["client_endpoint"] == portal.rest_url
        assert install["member_id"] == portal.member_id
    assert sandbox.client.get(url, params={"auth": "made-up"}).status_code == 401


def test_app_info_at_the_portal_proves_nothing(sandbox: Sandbox, portal: Portal) -> None:
    shown = Portal(sandbox, 0, _grant(sandbox, portal)["AUTH_ID"]).call("app.info")
    assert shown["INSTALLED"] is True
    assert portal.member_id not in str(shown)


def test_app_info_tells_the_plans_family(sandbox: Sandbox) -> None:
    families = [Portal(sandbox, number).call("app.info")["LICENSE_FAMILY"] for number in range(6)]
    assert families == ["pro", "pro", "pro", "pro", "ent", "selfhosted"]


def test_ponte_has_its_own_scopes_only(sandbox: Sandbox, portal: Portal) -> None:
    own = Portal(sandbox, 0, _grant(sandbox, portal)["AUTH_ID"])
    assert "catalog" in own.call("scope")
    assert own.call("user.current")["ID"] == "1"


def test_oauth_calls_are_rows_of_the_tenant(sandbox: Sandbox, portal: Portal) -> None:
    form = _grant(sandbox, portal)
    sandbox.control("tenants", {"tenant": "t-1", "company_id": None, "member_id": portal.member_id})
    _token(sandbox, grant_type="refresh_token", refresh_token=form["REFRESH_ID"])
    (row,) = sandbox.control("calls?provider=bitrix24", method="GET")
    assert (row["method"], row["status"], row["tenant"], row["outsider"]) == ("oauth", 200, "t-1", False)


def test_faults_reach_the_token_endpoint(sandbox: Sandbox, portal: Portal) -> None:
    form = _grant(sandbox, portal)
    order = {"provider": "bitrix24", "method": "oauth", "tenant": portal.member_id, "times": 1}
    sandbox.control("faults", order | {"status": 402, "error": "PAYMENT_REQUIRED"})
    refusal = _token(sandbox, grant_type="refresh_token", refresh_token=form["REFRESH_ID"])
    assert (refusal[0], refusal[1]["error"]) == (402, "PAYMENT_REQUIRED")
    assert _token(sandbox, grant_type="refresh_token", refresh_token=form["REFRESH_ID"])[0] == 200


def test_an_uninstalled_application_has_nothing(sandbox: Sandbox, portal: Portal) -> None:
    form = _grant(sandbox, portal)
    sandbox.client.post(f"/bitrix24/{portal.member_id}/acts/uninstall")
    assert Portal(sandbox, 0, form["AUTH_ID"]).refusal("profile")[1] == "NO_AUTH_FOUND"
    body = _token(sandbox, grant_type="refresh_token", refresh_token=form["REFRESH_ID"])[1]
    assert body["error"] == "invalid_client"
    assert portal.call("profile")


def test_without_an_administrators_rights_the_catalogue_is_closed(sandbox: Sandbox, portal: Portal) -> None:
    products, _ = portal.iblocks()
    own = Portal(sandbox, 0, _grant(sandbox, portal)["AUTH_ID"])
    sandbox.client.post(f"/bitrix24/{portal.member_id}/acts/dismiss-administrator")
    assert own.call("profile")["ADMIN"] is False
    refusal = own.refusal("catalog.product.add", fields={"iblockId": products, "name": "x"})
    assert refusal == (400, 200040300010, "Access Denied")


def _form(page: str) -> tuple[str, dict[str, str]]:
    action = unescape(re.findall(r'<form[^>]* action="([^"]+)"', page)[0])
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return action, {name: unescape(value) for name, value in inputs}


def test_the_portal_page_opens_ponte_in_a_frame(sandbox: Sandbox, portal: Portal) -> None:
    page = sandbox.client.get(f"/bitrix24/{portal.member_id}/").text
    assert page.count("<iframe") == 1
    action, form = _form(page)
    assert "/bitrix24/install?" in action
    query = dict(parse_qsl(urlsplit(action).query))
    assert set(query) == {"DOMAIN", "PROTOCOL", "LANG", "APP_SID"}
    assert query["DOMAIN"] == urlsplit(sandbox.url).netloc
    assert Portal(sandbox, 0, form["AUTH_ID"]).call("profile")["ID"] == "1"
    assert {"REFRESH_ID", "AUTH_EXPIRES", "PLACEMENT", "PLACEMENT_OPTIONS", "member_id"} <= set(form)
    assert "/bitrix24/app?" in _form(sandbox.client.get(f"/bitrix24/{portal.member_id}/").text)[0]


def test_finishing_the_install_opens_the_application(sandbox: Sandbox, portal: Portal) -> None:
    assert sandbox.client.post(f"/bitrix24/{portal.member_id}/installed").status_code == 204
    assert portal.call("app.info")["INSTALLED"] is True
    assert "/bitrix24/app?" in _form(sandbox.client.get(f"/bitrix24/{portal.member_id}/").text)[0]
    assert "installFinish" in sandbox.client.get("/bitrix24/api/v1/").text
