"""Bitrix24's errors, with the HTTP status they come with (facts of the vendor's system error table)."""

from __future__ import annotations


class RestError(Exception):
    """An answer that is an error: `error` is a code, a number, or 0 when the text is all there is."""

    def __init__(self, error: str | int, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status

    def body(self) -> dict[str, str | int]:
        """The JSON body of a call that failed as a whole."""
        return {"error": self.error, "error_description": self.description}

    def in_batch(self) -> dict[str, str]:
        """The entry in `result_error`: there the code is always a string."""
        return {"error": str(self.error), "error_description": self.description}


def refused(description: str) -> RestError:
    """A refusal whose text is all there is, as the catalogue's controllers give it."""
    return RestError(0, description)


def missing_parameter(name: str) -> RestError:
    """A required argument of a controller that was not sent."""
    return RestError(100, f"Could not find value for parameter {{{name}}}")


def access_denied(code: str | int = 200040300010) -> RestError:
    """The user's rights do not suffice."""
    return RestError(code, "Access Denied")


def method_not_found() -> RestError:
    """No such REST method."""
    return RestError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)


def no_auth() -> RestError:
    """A token that this portal never issued, or none."""
    return RestError("NO_AUTH_FOUND", "Wrong authorization data", 401)


def expired_token() -> RestError:
    """An access token whose hour is over."""
    return RestError("expired_token", "The access token provided has expired", 401)


def insufficient_scope() -> RestError:
    """The application lacks the scope of the method."""
    text = "The request requires higher privileges than provided by the access token"
    return RestError("insufficient_scope", text, 403)


def query_limit() -> RestError:
    """The leaky bucket ran over."""
    return RestError("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)


def operation_time_limit() -> RestError:
    """The method used up its operating time."""
    return RestError("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)


def portal_deleted() -> RestError:
    """Cloud: the portal is gone. Self-hosted: its public part is closed for the time being."""
    return RestError("PORTAL_DELETED", "Portal was deleted", 500)


ERROR_TEXTS: dict[str, str] = {
    error.error: error.description
    for error in (
        no_auth(),
        expired_token(),
        insufficient_scope(),
        query_limit(),
        operation_time_limit(),
        portal_deleted(),
        method_not_found(),
    )
    if isinstance(error.error, str)
} | {
    "INTERNAL_SERVER_ERROR": "Internal server error",
    "ERROR_UNEXPECTED_ANSWER": "Server returned an unexpected response",
    "OVERLOAD_LIMIT": "REST API is blocked due to overload.",
    "INVALID_CREDENTIALS": "Invalid request credentials",
    "ACCESS_DENIED": "REST is available only on commercial plans.",
    "user_access_error": "The user does not have access to the application.",
    "invalid_grant": "Invalid grant",
    "invalid_client": "Application not installed",
    "PAYMENT_REQUIRED": "Payment required",
    "INVALID_REQUEST": "Https required.",
}
"""Texts of the errors that a fault may order."""
