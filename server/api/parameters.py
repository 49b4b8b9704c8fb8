"""Parameters that nobody knows are refused: a misspelt filter must not answer the whole list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Request
from litestar.params import QueryParameter
from litestar.typing import FieldDefinition

from server.problems import FieldError, Invalid, bad_field

#: Bling's and Bitrix24's ids are 64-bit.
LARGEST_ID = 2**63 - 1
_WHOLE = re.compile(r"-?[0-9]+")

VendorId = Annotated[int | None, QueryParameter(ge=1, le=LARGEST_ID)]


async def refuse_unknown_parameters(request: Request[Any, Any, Any]) -> None:
    """422 for a query parameter that the route does not have, or that is given twice."""
    known = _query_fields(request)
    given = Counter(name for name, _ in request.query_params.multi_items())
    errors = [
        error
        for name, times in given.items()
        if (error := _misnamed(name, times, known) or _misspelt(name, request.query_params[name], known))
    ]
    if errors:
        raise Invalid(*errors)


def _query_fields(request: Request[Any, Any, Any]) -> dict[str, FieldDefinition]:
    fields = request.route_handler.parsed_fn_signature.parameters.items()
    kwargs = ((name, field, field.kwarg_definition) for name, field in fields)
    return {kwarg.name or name: field for name, field, kwarg in kwargs if isinstance(kwarg, QueryParameter)}


def _misnamed(name: str, times: int, known: Mapping[str, FieldDefinition]) -> FieldError | None:
    if name not in known:
        return FieldError(field=name, code="unknown", message=f"there is no parameter {name}")
    if times > 1:
        return FieldError(field=name, code="repeated", message=f"{name} is given more than once")
    return None


def _misspelt(name: str, text: str, known: Mapping[str, FieldDefinition]) -> FieldError | None:
    """What msgspec would take for something else: `1e2` for a hundred, `null` for a filter left out."""
    kinds = {inner.annotation for inner in known[name].inner_types or (known[name],)}
    if int in kinds and not _WHOLE.fullmatch(text):
        return FieldError(field=name, code="number", message=f"{name} is a whole number")
    if str not in kinds and text.lower() == "null":
        return FieldError(field=name, code="value", message=f"leave {name} out instead of sending null")
    return None


def whole_number(name: str, text: str) -> int:
    """A vendor's id in a path: decimal digits, 64-bit; 422 for anything else."""
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) > LARGEST_ID:
        raise bad_field(name, "number", f"{name} is a whole number")
    return int(text)
