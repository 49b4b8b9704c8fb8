"""A day's work by keyboard alone: nothing is pressed with a mouse, and the focus is seen wherever it goes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import settled
from tests.browser.portal import Portal
from tests.browser.test_mapping import only_fixed, own_rules

#: Tabs after which a person would have given up.
MOST_TABS = 120
#: What is wrong with the focus; empty where it is on something outlined (three to one) and in sight.
SEEN = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return "nothing has the focus";
  if (it.tabIndex < 0) return "";
  const name = (it.getAttribute("aria-label") || it.name || it.textContent.trim() || it.tagName).slice(0, 60);
  const own = [it, ...(it.labels ?? [])];
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const painted = (...colours) => {
    for (brush.fillStyle of colours) brush.fillRect(0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3).map((one) => one / 255);
  };
  const light = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, share, n) =>
    sum + share * (rgb[n] <= 0.03928 ? rgb[n] / 12.92 : ((rgb[n] + 0.055) / 1.055) ** 2.4), 0);
  const page = getComputedStyle(document.body).backgroundColor;
  const outlined = (style) => {
    const [one, two] = [light(painted(page)), light(painted(page, style.outlineColor))].sort();
    const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    return drawn && (two + 0.05) / (one + 0.05) >= 3;
  };
  const marks = [getComputedStyle(it), getComputedStyle(it, "::after"),
    ...[it.closest(".search"), it.closest(".filter")].filter(Boolean).map((one) => getComputedStyle(one))];
  if (!marks.some(outlined)) return `${name}: no outline that is seen`;
  const box = it.getBoundingClientRect();
  const points = [0.1, 0.5, 0.9].flatMap((x) => [0.2, 0.5, 0.8].map(
    (y) => [box.left + box.width * x, box.top + box.height * y]));
  const seen = points.some(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top && (top.contains(it) || own.some((one) => one.contains(top)));
  });
  return seen ? "" : `${name}: out of sight or covered`;
}"""


class Keys:
    """Hands on a keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        """One after the other; after each, the focus is to be seen."""
        for key in keys:
            self.page.keyboard.press(key)
            self.look()

    def look(self) -> None:
        """Where the focus is has to be seen."""
        assert self.page.evaluate(SEEN) == ""

    def to(self, target: Locator, key: str = "Tab") -> None:
        """Tab until it has the focus."""
        wanted = target.element_handle()
        for _ in range(MOST_TABS):
            self.press(key)
            if wanted.evaluate("it => it === document.activeElement"):
                return
        pytest.fail(f"{MOST_TABS} times {key} did not reach {target}")

    def use(self, target: Locator, key: str = "Enter", *, by: str = "Tab") -> None:
        """Tab to it and press it."""
        self.to(target, by)
        self.page.keyboard.press(key)

    def content(self) -> None:
        """Past the rail, on a page that has just opened."""
        self.press("Tab")
        expect(self.page.get_by_role("link", name="Ir para o conteúdo")).to_be_focused()
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("main")).to_be_focused()

    def rail(self, name: str, title: str) -> None:
        """To another screen, from the content backwards."""
        links = self.page.get_by_role("navigation", name="Principal")
        self.use(links.get_by_role("link", name=name, exact=True), by="Shift+Tab")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)


@pytest.fixture
def refused(api: httpx.Client, bling: httpx.Client, portal: Portal) -> str:
    """The name of a product that failed, for a cause that is gone by now: a compulsory property."""
    api.put("/toggles", json={"product.create": True, "product.delete": False}).raise_for_status()
    name = f"Abajur {uuid4().hex[:8]}"
    with portal.compulsory("Cor"):
        body = {"nome": name, "codigo": name, "preco": 10.0, "tipo": "P", "formato": "S", "situacao": "A"}
        settled(
            api, int(bling.post("/produtos", json=body).raise_for_status().json()["data"]["id"]), "failed"
        )
    return name


def _sign_in(keys: Keys, tenant: dict[str, Any]) -> None:
    keys.page.goto("/entrar")
    expect(keys.page.get_by_label("E-mail")).to_be_focused()
    keys.look()
    keys.page.keyboard.type(tenant["email"])
    keys.press("Tab")
    keys.page.keyboard.type(tenant["password"])
    keys.page.keyboard.press("Enter")
    expect(keys.page.get_by_role("heading", level=1)).to_have_text("Visão geral")


def _tick(keys: Keys) -> None:
    box = keys.page.get_by_role("checkbox", name="Exclusão no Bling ERP")
    keys.use(box, "Space")
    expect(keys.page.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    expect(box).to_be_checked()


def _map(keys: Keys, api: httpx.Client) -> None:
    """Two rules, the second put first, saved with Enter from the note."""
    page = keys.page
    for number, name in enumerate(("Marca", "Peso"), 1):
        keys.use(page.get_by_role("button", name=name, exact=True))
        expect(page.get_by_role("group", name=re.compile(f"^Regra {number}, {name}"))).to_be_visible()
        keys.look()
    keys.use(page.get_by_role("button", name=re.compile("^Mover para cima: Regra 2")))
    expect(page.get_by_role("group", name=re.compile("^Regra 1, Peso"))).to_be_visible()
    keys.look()
    keys.to(page.get_by_placeholder("Nota desta versão"))
    page.keyboard.type("sem mouse")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    assert [one["bling"] for one in own_rules(api)] == ["pesoLiquido", "marca"]


def _find(keys: Keys, name: str) -> None:
    """The failed event: by kind and outcome, then opened."""
    page = keys.page
    keys.to(page.get_by_label("Tipo"))
    page.keyboard.type("Prod")
    expect(page.get_by_label("Tipo").locator("option:checked")).to_have_text("Produto")
    keys.use(page.get_by_role("button", name="Filtrar"))
    page.wait_for_url("**/eventos?*tipo=product*")
    keys.content()
    outcomes = page.get_by_role("navigation", name="Resultado")
    keys.use(outcomes.get_by_role("link", name="Falhou"))
    page.wait_for_url("**resultado=failed**")
    keys.content()
    keys.use(page.get_by_role("link", name=re.compile(name)).first)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def _run_again(keys: Keys, name: str) -> None:
    page = keys.page
    failed = page.url
    keys.content()
    keys.use(page.get_by_role("button", name="Reprocessar"))
    page.wait_for_url(lambda url: "/eventos/" in url and url != failed)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator(".title-line").get_by_text("Criado")).to_be_visible()


def _close(keys: Keys) -> None:
    """What opened goes with Escape, and the focus is where it was."""
    page = keys.page
    page.set_viewport_size({"width": 390, "height": 844})
    menu, leave = page.locator("summary[aria-label=Menu]"), page.get_by_role("button", name="Sair")
    page.goto("/")
    keys.use(menu)
    expect(leave).to_be_visible()
    keys.to(leave)
    keys.press("Escape")
    expect(leave).to_be_hidden()
    expect(menu).to_be_focused()
    keys.press("Enter")
    keys.use(leave)
    expect(page.get_by_role("heading", level=1)).to_have_text("Entrar")


def test_a_days_work_without_a_mouse(
    open_context: Callable[..., BrowserContext], tenant: dict[str, Any], api: httpx.Client, refused: str
) -> None:
    only_fixed(api)
    keys = Keys(open_context(reduced_motion="reduce").new_page())
    _sign_in(keys, tenant)
    keys.content()
    keys.rail("Produto", "Produto")
    keys.content()
    _tick(keys)
    _map(keys, api)
    keys.content()
    keys.rail("Eventos", "Eventos")
    keys.content()
    _find(keys, refused)
    _run_again(keys, refused)
    _close(keys)
    only_fixed(api)
