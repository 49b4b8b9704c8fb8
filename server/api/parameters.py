"""Parameters that nobody knows are refused: a misspelt filter must not answer the whole list."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from litestar import Request
from litestar.params import Parameter

from server.problems import FieldError, Invalid, bad_field

#: Bling's and Bitrix24's ids are 64-bit.
LARGEST_ID = 2**63 - 1

VendorId = Annotated[int | None, Parameter(ge=1, le=LARGEST_ID)]


async def refuse_unknown_parameters(request: Request[Any, Any, Any]) -> None:
    """422 for a query parameter that the route does not have, or that is given twice."""
    known = request.route_handler.parsed_fn_signature.parameters.keys()
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


def whole_number(name: str, text: str) -> int:
    """A vendor's id in a path: decimal digits, 64-bit; 422 for anything else."""
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) > LARGEST_ID:
        raise bad_field(name, "number", f"{name} is a whole number")
    return int(text)


def _text(name: str, known: Any) -> str:
    return f"{name} is given more than once" if name in known else f"there is no parameter {name}"
