"""Mailed links, and a colleague who follows one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect

from tests.support.waiting import wait_for

PASSWORD = "uma senha bem comprida"


def mailed_link(demo: dict[str, Any], to: str, number: int = 1) -> str:
    """The one link of the newest mail to this address, once so many have come."""

    def mails() -> list[dict[str, Any]]:
        answer = httpx.get(f"{demo['sandbox_url']}/mail", trust_env=False, timeout=30)
        return [item for item in answer.raise_for_status().json()["items"] if item["to"] == to]

    wait_for(lambda: len(mails()) >= number, missed=lambda: f"no mail came to {to}")
    (url,) = (word for word in mails()[0]["text"].split() if word.startswith("http"))
    assert url.startswith(demo["app_url"])
    return str(url)


def invite(owner: Page) -> str:
    """Ask a colleague in, who will only look; gives their address."""
    email = f"{uuid4().hex}@loja.example"
    owner.goto("/equipe")
    owner.get_by_label("E-mail").fill(email)
    owner.get_by_role("button", name="Convidar").click()
    expect(owner.get_by_role("status").first).to_have_text("Convite enviado.")
    return email


def join(guest: Page, name: str) -> None:
    """From the invitation's page to the overview."""
    guest.get_by_label("Seu nome").fill(name)
    guest.get_by_label("Senha").fill(PASSWORD)
    guest.get_by_role("checkbox").check()
    guest.get_by_role("button").first.click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Visão geral")
