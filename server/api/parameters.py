"""Parameters that nobody knows are refused: a misspelt filter must not answer the whole list."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from litestar import Request
from litestar.params import QueryParameter

from server.problems import FieldError, Invalid, bad_field

#: Bling's and Bitrix24's ids are 64-bit.
LARGEST_ID = 2**63 - 1

VendorId = Annotated[int | None, QueryParameter(ge=1, le=LARGEST_ID)]


async def refuse_unknown_parameters(request: Request[Any, Any, Any]) -> None:
    """422 for a query parameter that the route does not have, or that is given twice."""
    known = _query_names(request)
    given = Counter(name for name, _ in request.query_params.multi_items())
    errors = [
        FieldError(
            field=name, code="unknown" if name not in known else "repeated", message=_text(name, known)
        )
        for name, times in given.items()
        if name not in known or times > 1
    ]
    if errors:
        raise Invalid(*errors)


def _query_names(request: Request[Any, Any, Any]) -> frozenset[str]:
    fields = request.route_handler.parsed_fn_signature.parameters.items()
    kwargs = ((name, field.kwarg_definition) for name, field in fields)
    return frozenset(kwarg.name or name for name, kwarg in kwargs if isinstance(kwarg, QueryParameter))


def whole_number(name: str, text: str) -> int:
    """A vendor's id in a path: decimal digits, 64-bit; 422 for anything else."""
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) > LARGEST_ID:
        raise bad_field(name, "number", f"{name} is a whole number")
    return int(text)


def _text(name: str, known: frozenset[str]) -> str:
    return f"{name} is given more than once" if name in known else f"there is no parameter {name}"
