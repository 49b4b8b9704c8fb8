"""Sign-up: a form, a mail with one link, a confirmation; nothing before it, nothing twice."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from connector.account import joining
from connector.account.signin import ANY
from server import crowding
from tests.support.desk import LINK, Desk, Visitor
from tests.support.office import PASSWORD, Customer

EMAIL = "ana@loja.example"
FORM = {"email": EMAIL, "password": PASSWORD, "company": "Loja da Ana", "terms": "yes"}


async def _sign_up(visitor: Visitor, **other: str) -> httpx.Response:
    await visitor.get("/criar-conta")
    return await visitor.post("/criar-conta", **{**FORM, **other})


async def test_a_company_begins_with_its_confirmation(desk: Desk) -> None:
    visitor = desk.visitor()
    assert "Confira seu e-mail" in (await visitor.follow(await _sign_up(visitor))).text
    assert await desk.rows("person") == await desk.rows("tenant") == []
    link = await desk.link(EMAIL)
    assert "Confirmar" in (await visitor.get(link)).text
    assert "Loja da Ana" in (await visitor.follow(await visitor.post(link))).text
    (tenant,), (member,) = await desk.rows("tenant"), await desk.rows("membership")
    assert (tenant["name"], member["role"]) == ("Loja da Ana", "owner")
    assert [row["state"] for row in await desk.rows("licence")] == ["trial"]
    assert await desk.audited() == ["tenant.created"]


async def test_the_new_person_signs_in_with_the_password(desk: Desk) -> None:
    visitor = desk.visitor()
    await _sign_up(visitor, email=f"  {EMAIL.upper()} ")
    await visitor.post(await desk.link(EMAIL))
    assert (await desk.visitor().sign_in(EMAIL, PASSWORD)).headers["location"] == "/"


async def test_nobody_signs_in_before_the_confirmation(desk: Desk) -> None:
    visitor = desk.visitor()
    await _sign_up(visitor)
    assert (await visitor.sign_in(EMAIL, PASSWORD)).status_code == 422


async def test_the_link_is_followed_by_a_program_in_vain(desk: Desk) -> None:
    visitor = desk.visitor()
    await _sign_up(visitor)
    link = await desk.link(EMAIL)
    for _ in range(2):
        assert (await visitor.get(link)).status_code == 200
    assert await desk.rows("person") == []


async def test_the_second_use_of_a_link_is_a_clear_page(desk: Desk) -> None:
    visitor = desk.visitor()
    await _sign_up(visitor)
    link = await desk.link(EMAIL)
    await visitor.post(link)
    for again in (await desk.visitor().get(link), await desk.visitor().post(link)):
        assert again.status_code == 410
        assert "Este link já foi usado" in again.text
        assert "set-cookie" not in again.headers
    assert len(await desk.rows("tenant")) == 1


@pytest.mark.parametrize("token", ["x", "a" * 5000, "%00", "..%2f", "é"])
async def test_a_link_that_nobody_sent_is_a_clear_page(desk: Desk, token: str) -> None:
    assert (await desk.visitor().get(f"/confirmar/{token}")).status_code in (404, 410)


async def test_a_link_expires(desk: Desk) -> None:
    await _sign_up(desk.visitor())
    token = (await desk.link(EMAIL)).rpartition("/")[2]
    late = desk.parts.clock.now() + joining.VALID
    assert await joining.confirm(desk.database, token, ANY, late, late) is None
    assert await joining.confirm(desk.database, token, ANY, late - timedelta(seconds=9), late) is not None


async def test_a_mail_has_one_link_in_text_and_html(desk: Desk) -> None:
    await _sign_up(desk.visitor())
    (mail,) = await desk.mails(EMAIL)
    app_url = desk.parts.settings.app_url
    assert len(LINK.findall(mail["text"])) == mail["html"].count(app_url) == mail["html"].count("href=") == 1
    assert mail["subject"] == "Confirme seu e-mail na Ponte"


async def test_the_mail_is_in_the_visitors_language(desk: Desk) -> None:
    visitor = desk.visitor()
    await visitor.post("/preferencias", language="en", back="/criar-conta")
    await _sign_up(visitor)
    (mail,) = await desk.mails(EMAIL)
    assert mail["subject"] == "Confirm your e-mail at Ponte"
    await visitor.post(await desk.link(EMAIL))
    assert [row["language"] for row in await desk.rows("person")] == ["en"]


async def test_a_known_address_gets_the_same_page_and_another_mail(desk: Desk, customer: Customer) -> None:
    stranger, known = await _sign_up(desk.visitor()), await _sign_up(desk.visitor(), email=customer.email)
    assert (stranger.status_code, stranger.headers["location"]) == (
        known.status_code,
        known.headers["location"],
    )
    (mail,) = await desk.mails(customer.email)
    assert mail["subject"] == "Você já tem conta na Ponte"
    assert (await desk.visitor().sign_in(customer.email, PASSWORD)).status_code == 303


async def test_whoever_types_anothers_address_knows_no_password_of_theirs(desk: Desk) -> None:
    thief, owner = desk.visitor(), desk.visitor()
    await _sign_up(owner)
    link = await desk.link(EMAIL)
    await _sign_up(thief, password="the thief knows this")
    await owner.post(link)
    assert (await desk.visitor().sign_in(EMAIL, "the thief knows this")).status_code == 422
    assert (await desk.visitor().sign_in(EMAIL, PASSWORD)).status_code == 303


async def test_two_links_make_one_company(desk: Desk) -> None:
    visitor = desk.visitor()
    await _sign_up(visitor)
    first = await desk.link(EMAIL)
    await _sign_up(visitor)
    await visitor.post(await desk.link(EMAIL))
    again = await desk.visitor().post(first)
    assert again.status_code == 410
    assert len(await desk.rows("tenant")) == len(await desk.rows("person")) == 1


async def test_nobody_is_buried_in_mails(desk: Desk) -> None:
    for _ in range(8):
        await _sign_up(desk.visitor())
    assert len(await desk.mails(EMAIL)) == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(
            ("email", bad)
            for bad in ("", "ana", "ana@loja", "a b@c.example", "ana@loja.example\r\nBcc: x@y.example")
        ),
        *(("email", bad) for bad in ("a" * 300 + "@loja.example", "ana\0@loja.example", "é@loja.example")),
        *(("password", bad) for bad in ("", "short", "x" * 1025, "nul\0nul\0nul")),
        *(("company", bad) for bad in ("", "   ", "x" * 121, "two\nlines", "nul\0")),
        ("terms", ""),
    ],
)
async def test_bad_input_is_said_beside_its_field(desk: Desk, field: str, value: str) -> None:
    answer = await _sign_up(desk.visitor(), **{field: value})
    assert answer.status_code == 422
    assert answer.text.count('role="alert"') == 1
    assert f'id="{field}-note"' in answer.text
    assert await desk.rows("signup") == await desk.rows("mail") == []


async def test_what_was_typed_stays_but_for_the_password(desk: Desk) -> None:
    answer = await _sign_up(desk.visitor(), terms="")
    assert EMAIL in answer.text
    assert "Loja da Ana" in answer.text
    assert PASSWORD not in answer.text


async def test_a_form_that_is_too_large_is_413(desk: Desk) -> None:
    answer = await _sign_up(desk.visitor(), company="x" * 1_100_000)
    assert answer.status_code == 413
    assert "text/html" in answer.headers["content-type"]


async def test_another_sites_form_signs_nobody_up(desk: Desk) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    answer = await desk.client.post("/criar-conta", data=FORM, headers=headers)
    assert answer.status_code == 403
    assert await desk.rows("signup") == []


@pytest.mark.parametrize("path", ["/termos", "/privacidade", "/criar-conta", "/esqueci-a-senha", "/entrar"])
async def test_public_pages_carry_the_headers_that_protect_them(desk: Desk, path: str) -> None:
    answer = await desk.visitor().get(path)
    assert answer.status_code == 200
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_flood_from_one_address_is_told_to_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowding, "MOST", 2)
    visitor = desk.visitor()
    for _ in range(2):
        assert (await _sign_up(visitor)).status_code == 303
    for answer in (await _sign_up(visitor), await visitor.post("/esqueci-a-senha", email=EMAIL)):
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= crowding.WINDOW_S
    assert len(await desk.rows("signup")) == 2
