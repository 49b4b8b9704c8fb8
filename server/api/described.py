"""The API's description of itself: what its errors really look like.

Litestar describes its own 400 for bad input; ours is 422, a problem of RFC 9457, as every other error is.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin

from server.problems import PROBLEM_JSON, ProblemBody

_SCHEMAS = "#/components/schemas/{name}"
_METHODS = frozenset({"get", "put", "post", "patch", "delete"})
_SAFE = "get"
_RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}}

_ALWAYS = {
    "401": "No API key, or none that is in force",
    "422": "Bad parameters or a bad body; `errors` names each bad field",
    "429": "Too many requests of this key",
    "503": "A part that the answer needs is away for the moment",
}
_OF_A_CHANGE = {
    "403": "This API key may only read",
    "409": "It does not fit the present state; `code` says why",
    "413": "The body is larger than 1 MiB",
}
_OF_A_PATH = {"404": "Not there, or another tenant's"}


class TellsProblems(JsonRenderPlugin):
    """Puts our problems in place of Litestar's errors."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as it is sent."""
        return super().render(request, told(openapi_schema))


def told(document: dict[str, Any]) -> dict[str, Any]:
    """The same document, with the answers that every operation may give."""
    (_, schemas) = msgspec.json.schema_components([ProblemBody], ref_template=_SCHEMAS)
    components = document["components"]
    return {
        **document,
        "paths": {path: _operations(path, item) for path, item in document["paths"].items()},
        "components": {**components, "schemas": {**components.get("schemas", {}), **schemas}},
    }


def _operations(path: str, item: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {**part, "responses": _responses(path, name, part)} if name in _METHODS else part
        for name, part in item.items()
    }


def _responses(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    good = {status: answer for status, answer in operation["responses"].items() if status != "400"}
    errors = {**_ALWAYS, **(_OF_A_PATH if "{" in path else {}), **({} if method == _SAFE else _OF_A_CHANGE)}
    return {**good, **{status: _problem(status, errors[status]) for status in sorted(errors)}}


def _problem(status: str, description: str) -> dict[str, Any]:
    schema = {"$ref": _SCHEMAS.format(name=ProblemBody.__name__)}
    answer: dict[str, Any] = {"description": description, "content": {PROBLEM_JSON: {"schema": schema}}}
    return {**answer, "headers": _RETRY} if status in ("429", "503") else answer
