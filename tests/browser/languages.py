"""Finds what a screen says in Portuguese to somebody who reads English."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from playwright.sync_api import Page

CATALOGUE = Path(__file__).parents[2] / "dashboard/translations/en/LC_MESSAGES/ponte.po"
#: What stands in Bling or Bitrix24 is shown as it stands there, also where we use the word ourselves.
AS_IT_STANDS = frozenset({"Em andamento", "Verificado", "Novo", "Chamada", "Frete"})
#: Everything that is shown or read aloud: text, and the attributes that a screen reader tells.
SAID = """() => {
  const said = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const within = walk.currentNode.parentElement;
    if (!within.closest("script, style, template, [lang=pt-BR]")) said.push(walk.currentNode.textContent);
  }
  for (const one of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]"))
    for (const name of ["aria-label", "title", "placeholder", "alt"])
      if (one.hasAttribute(name)) said.push(one.getAttribute(name));
  return said.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""


def left_in_portuguese(page: Page) -> list[str]:
    """Texts of ours on an English screen that stand there as they are written in the code."""
    return sorted(set(page.evaluate(SAID)) & _portuguese() - AS_IT_STANDS)


@cache
def _portuguese() -> frozenset[str]:
    """What our code says in Portuguese alone: English says something else, and nothing is filled in."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file)
    texts = {one.id: one.string for one in catalogue if isinstance(one.id, str) and one.id}
    english = set(texts.values())
    return frozenset(
        said for said, text in texts.items() if text != said and said not in english and "%(" not in said
    )
