"""Every action that the code writes into a tenant's audit log has words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.account.people import NOWHERE
from connector.domain.runs import Task
from connector.domain.vendor import Provider
from dashboard.telling.audit import ACTIONS, detail, what

ROOT = Path(__file__).parents[2]
PLACES = ("connector", "dashboard", "server", "worker", "ponte")
#: Calls that name the action by place: `note(conn, by, now, "role.changed", …)`.
PLACED = ("note", "_note")
#: Operators keep a log of their own; what a tenant is told of it goes through `tell_tenant`.
OPERATORS, TOLD = "operator", "tell_tenant"
#: Whose connections may break.
SIDES = (Provider.BLING, Provider.BITRIX24)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions() -> Iterator[tuple[str, Function]]:
    for place in PLACES:
        for path in (ROOT / place).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, Function):
                    yield f"{path.relative_to(ROOT)}:{node.name}", node


def _named(function: Function, name: str) -> Iterator[ast.expr]:
    """What a name stands for inside its function."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == name:
                yield node.value
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=True)
                yield from (value for one, value in pairs if isinstance(one, ast.Name) and one.id == name)


def _texts(function: Function, value: ast.expr) -> set[str]:
    match value:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.JoinedStr(values=[ast.FormattedValue(value=who), ast.Constant(value=str(end))]):
            named = Task if "task" in ast.unparse(who) else SIDES
            return {f"{one}{end}" for one in named}
        case ast.IfExp(body=one, orelse=other):
            return _texts(function, one) | _texts(function, other)
        case ast.Name(id=name):
            return {text for one in _named(function, name) for text in _texts(function, one)}
    return set()


def _is_parameter(function: Function, value: ast.expr) -> bool:
    names = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
    return isinstance(value, ast.Name) and value.id in names


def _written() -> Iterator[tuple[str, set[str]]]:
    """Where an action is written, and which it may be."""
    for place, function in _functions():
        for node in ast.walk(function):
            value = _action(node, place) if isinstance(node, ast.Call) else None
            if value is not None and not _is_parameter(function, value):
                yield place, _texts(function, value)


def _action(call: ast.Call, place: str) -> ast.expr | None:
    named = next((one.value for one in call.keywords if one.arg == "action"), None)
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called == "add" and ast.unparse(call.func) == "audit.add":
        return named
    placed = (TOLD,) if f"/{OPERATORS}" in place else (*PLACED, TOLD)
    if called in placed:
        dotted = [one for one in call.args if isinstance(one, ast.Constant) and "." in str(one.value)]
        return dotted[0] if dotted else None
    return None


def test_every_action_of_the_code_has_words() -> None:
    found = list(_written())
    assert [place for place, texts in found if not texts] == [], "the walk does not see what is written here"
    written = {text for _, texts in found for text in texts}
    assert written - ACTIONS.keys() == set()


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_the_words_are_words(action: str) -> None:
    assert what(action)
    assert "." not in what(action)


def test_an_address_that_no_mail_reaches_is_not_shown() -> None:
    assert detail({"email": f"1@member.tenant.{NOWHERE}"}) == "pelo Bitrix24"


def test_options_and_states_are_told() -> None:
    assert detail({"product.create": True}) == "product.create ligado"
    assert detail({"drift.mends_all": False}).endswith("falta no Bitrix24: desligado")
    assert detail({"state": "inactive", "text": "x"}) == "empresa inativa"
    assert detail({"place": "bitrix24"}) == "dentro do Bitrix24"
