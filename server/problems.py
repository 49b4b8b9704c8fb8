"""Errors as people and programs see them: RFC 9457 problem JSON, never a stack trace, never a token."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY, HTTP_500_INTERNAL_SERVER_ERROR

PROBLEM_JSON = "application/problem+json"

log = structlog.get_logger()


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """One bad field or rule, named as it was sent."""

    index: int | None = None
    field: str
    code: str
    message: str


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457, with a `code` for programs."""

    title: str
    status: int
    code: str
    detail: str = ""
    errors: list[FieldError] = []


class Problem(Exception):
    """Raised anywhere in a request; becomes the answer."""

    status = HTTP_500_INTERNAL_SERVER_ERROR
    code = "internal"

    def __init__(self, detail: str = "", *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}
        self.errors: list[FieldError] = []


class NotSignedIn(Problem):
    """No session, or no key, or neither valid any more."""

    status, code = HTTPStatus.UNAUTHORIZED, "not_signed_in"


class Forbidden(Problem):
    """Known, but not allowed."""

    status, code = HTTPStatus.FORBIDDEN, "forbidden"


class NotFound(Problem):
    """Not there, or another tenant's."""

    status, code = HTTPStatus.NOT_FOUND, "not_found"


class Conflict(Problem):
    """Does not fit the present state; `code` says which rule stands against it."""

    status = HTTPStatus.CONFLICT

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail)
        self.code = code


class TooMany(Problem):
    """Come back after `retry_after` seconds."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests"

    def __init__(self, retry_after: int, detail: str = "") -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class Unavailable(Problem):
    """A part that the answer needs is away for the moment."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"

    def __init__(self, detail: str = "", retry_after: int = 5) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class Invalid(Problem):
    """Bad parameters or a bad body: one error at least for each bad field."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "invalid"

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = list(errors)


def bad_field(field: str, code: str, message: str, index: int | None = None) -> Invalid:
    """An `Invalid` of one field."""
    return Invalid(FieldError(index=index, field=field, code=code, message=message))


def answer_problem(_: Request[Any, Any, Any], problem: Problem) -> Response[bytes]:
    """Our own errors."""
    return _problem_response(
        _body(problem.status, problem.code, problem.detail, problem.errors), problem.headers
    )


def answer_validation(_: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    """Litestar's own finding about parameters and bodies (which it would answer with 400)."""
    errors = [_field_error(entry) for entry in error.extra or [{}]]
    return _problem_response(_body(HTTP_422_UNPROCESSABLE_ENTITY, "invalid", "", errors))


def answer_unreadable(_: Request[Any, Any, Any], __: Exception) -> Response[bytes]:
    """A body that is no JSON, or is nested too deep."""
    errors = [FieldError(field="", code="unreadable", message="the body is not the JSON that is expected")]
    return _problem_response(_body(HTTP_422_UNPROCESSABLE_ENTITY, "invalid", "", errors))


def answer_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What Litestar raises by itself: no such path, method, type of body, too many requests."""
    if isinstance(error.__cause__, SerializationException | RecursionError):
        return answer_unreadable(request, SerializationException())
    status = HTTPStatus(error.status_code)
    headers = {name: value for name, value in (error.headers or {}).items() if value is not None}
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        headers.setdefault("Retry-After", "1")
    if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        # The rest of the body was not read: who keeps the connection would lose the next request on it.
        headers.setdefault("Connection", "close")
    return _problem_response(_body(status, status.name.lower()), headers)


def answer_unexpected(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A mistake of ours: logged here with its trace, told as nothing but the fact."""
    log.error("request_failed", exc_info=error)
    return _problem_response(_body(HTTP_500_INTERNAL_SERVER_ERROR, "internal"))


def answer_database_away(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """PostgreSQL is away or does not answer."""
    log.warning("database_away", error=type(error).__name__)
    return _problem_response(_body(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"), {"Retry-After": "5"})


def _body(status: int, code: str, detail: str = "", errors: list[FieldError] | None = None) -> ProblemBody:
    return ProblemBody(
        title=HTTPStatus(status).phrase, status=int(status), code=code, detail=detail, errors=errors or []
    )


def _problem_response(body: ProblemBody, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(body), status_code=body.status, media_type=PROBLEM_JSON, headers=headers or {}
    )


def _field_error(entry: object) -> FieldError:
    found = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}
    return FieldError(
        field=str(found.get("key", "")), code="invalid", message=str(found.get("message", "not valid"))
    )
