"""`/dev/components`: every screen there can be drawn, and every macro has its place on one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2 import nodes, runtime

from dashboard import rendering
from dashboard.dev import pages
from dashboard.dev.screens import SCREENS
from dashboard.reader import Language

TEMPLATES = Path(rendering.__file__).parent / "templates"
#: Draws nothing: attributes of a request that a page makes by itself.
UNSEEN = {("parts/mapping.html", "asking")}
Macro = tuple[str, str]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> set[Macro]:
    """The macros that were called so far: (template, name)."""
    found: set[Macro] = set()
    invoke = runtime.Macro._invoke

    def noted(macro: Any, *arguments: Any) -> Any:
        file = Path(macro._func.__code__.co_filename)
        found.add((file.relative_to(TEMPLATES).as_posix(), macro.name))
        return invoke(macro, *arguments)

    monkeypatch.setattr(runtime.Macro, "_invoke", noted)
    return found


def macros() -> set[Macro]:
    """All of the templates."""
    environment = rendering._environment()
    sources = {one: (TEMPLATES / one).read_text() for one in environment.list_templates(["html"])}
    return {
        (name, macro.name)
        for name, source in sources.items()
        for macro in environment.parse(source).find_all(nodes.Macro)
    }


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_is_drawn(name: str, language: Language) -> None:
    page = pages.screen.fn(name, language)
    assert page.status_code == 200
    assert "<h1" in str(page.content)


def test_every_component_has_its_place(drawn: set[Macro]) -> None:
    pages.components.fn()
    for name in SCREENS:
        pages.screen.fn(name)
    assert macros() - drawn == UNSEEN
