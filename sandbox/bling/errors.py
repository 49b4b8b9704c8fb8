"""Bling's error bodies (facts: `{"error": {type, message, description[, fields]}}`)."""

from __future__ import annotations

from sandbox.bling.bodies import Body, encode
from sandbox.core.faults import Fault
from sandbox.core.http import Answer

CANNOT = "Não foi possível executar a operação"

_KNOWN: dict[str, tuple[int, str, str]] = {
    "VALIDATION_ERROR": (400, CANNOT, "Ocorreu um erro ao validar os dados recebidos."),
    "MISSING_REQUIRED_FIELD_ERROR": (400, CANNOT, "Nenhum dado foi informado na requisição."),
    "EMPTY_REQUEST_BODY": (400, CANNOT, "O corpo da requisição está vazio."),
    "INVALID_REQUEST_BODY": (400, CANNOT, "O corpo da requisição não é um JSON válido."),
    "BAD_REQUEST": (400, CANNOT, "A requisição não pode ser atendida."),
    "UNKNOWN_ERROR": (400, CANNOT, "Ocorreu um erro inesperado."),
    "invalid_request": (400, "invalid_request", "Malformed auth header"),
    "invalid_grant": (400, "invalid_grant", "The authorization code has expired"),
    "unsupported_grant_type": (400, "unsupported_grant_type", "Grant type not supported"),
    "invalid_client": (401, "invalid_client", "The client credentials are invalid"),
    "invalid_token": (401, "invalid_token", "The access token provided has expired"),
    "UNAUTHENTICATED": (401, "Não autenticado", "A requisição não possui um token de acesso."),
    "UNAUTHORIZED": (401, "Não autorizado", "A requisição não foi autorizada."),
    "UNAUTHORIZED_ERROR": (401, "Empresa inativa", "A empresa vinculada ao token esta inativa."),
    "insufficient_scope": (
        403,
        "insufficient_scope",
        "The request requires higher privileges than provided by the access token",
    ),
    "FORBIDDEN": (403, "Acesso negado", "O acesso ao recurso foi negado."),
    "RESOURCE_NOT_FOUND": (
        404,
        "Recurso não encontrado",
        "O recurso requisitado não foi encontrado. Verifique se o endpoint solicitado está correto "
        "ou se o ID informado realmente existe no sistema.",
    ),
    "METHOD_NOT_ALLOWED": (405, "Método não permitido", "O método não é permitido para este recurso."),
    "SERVER_ERROR": (500, CANNOT, "Um erro interno ocorreu."),
    "NOT_IMPLEMENTED": (501, "Não implementado", "O recurso ainda não foi implementado."),
}

_DEFAULT_TYPE = {
    400: "VALIDATION_ERROR",
    401: "invalid_token",
    403: "insufficient_scope",
    404: "RESOURCE_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    429: "second",
    501: "NOT_IMPLEMENTED",
}

_LIMITS = {
    "second": (3, "O limite de requisições por segundo foi atingido, tente novamente mais tarde."),
    "day": (120_000, "O limite de requisições por dia foi atingido, tente novamente amanhã."),
}

HTML_PAGE = (
    b"<html><head><title>502 Bad Gateway</title></head>"
    b"<body><center><h1>502 Bad Gateway</h1></center></body></html>"
)


class BlingError(Exception):
    """A refusal: the HTTP status and what stands inside `error`."""

    def __init__(self, status: int, error: Body) -> None:
        super().__init__(error.get("type"))
        self.status = status
        self.error = error

    def answer(self) -> Answer:
        """The refusal as a response."""
        return Answer(self.status, encode({"error": self.error}))


def error(kind: str, description: str | None = None) -> BlingError:
    """A refusal of a documented type, with its documented texts unless told otherwise."""
    status, message, text = _KNOWN[kind]
    return BlingError(status, {"type": kind, "message": message, "description": description or text})


def not_found() -> BlingError:
    """No such record, or no such path."""
    return error("RESOURCE_NOT_FOUND")


def too_many(period: str) -> BlingError:
    """The 429 of an account's limit; `period` is `second` or `day`. No Retry-After ever comes."""
    limit, description = _LIMITS[period]
    return BlingError(
        429,
        {
            "type": "TOO_MANY_REQUESTS",
            "message": "Limite de requisições atingido.",
            "description": description,
            "limit": limit,
            "period": period,
        },
    )


def blocked_address() -> BlingError:
    """The answer to a blocked address.

    Bling documents TOO_MANY_REQUESTS for all its limits, but no body for this one (?): it names
    neither a limit nor a period, since neither belongs to the account.
    """
    return BlingError(
        429,
        {
            "type": "TOO_MANY_REQUESTS",
            "message": "Limite de requisições atingido.",
            "description": "O IP foi bloqueado temporariamente por exceder o limite de requisições.",
        },
    )


def field(code: int, msg: str, element: str, namespace: str) -> Body:
    """One entry of `fields`."""
    return {"code": code, "msg": msg, "element": element, "namespace": namespace}


def invalid(fields: list[Body], subject: str | None = None) -> BlingError:
    """A validation error with its fields; `subject` such as `a venda` makes the top text specific."""
    refusal = error("VALIDATION_ERROR")
    if subject:
        noun = subject[0].upper() + subject[1:]
        refusal.error["message"] = f"Não foi possível salvar {subject}"
        refusal.error["description"] = (
            f"{noun} não pode ser salva, pois ocorreram problemas em sua validação."
            if subject.startswith("a ")
            else f"{noun} não pode ser salvo, pois ocorreram problemas em sua validação."
        )
    refusal.error["fields"] = fields
    return refusal


def ordered_fault(fault: Fault) -> Answer | None:
    """What a fault orders in place of carrying the request out, None if it orders no answer.

    The body is the vendor's own for the type; `html` is a page such as a proxy gives.
    """
    if fault.status is None and fault.error is None:
        return None
    if fault.error == "html":
        return Answer(fault.status or 502, HTML_PAGE, "text/html")
    refusal = _refusal(fault.error or _default_type(fault.status or 500))
    return Answer(fault.status or refusal.status, encode({"error": refusal.error}))


def _default_type(status: int) -> str:
    return _DEFAULT_TYPE.get(status, "SERVER_ERROR" if status >= 500 else "BAD_REQUEST")


def _refusal(kind: str) -> BlingError:
    if kind in _LIMITS:
        return too_many(kind)
    if kind == "TOO_MANY_REQUESTS":
        return too_many("second")
    if kind in _KNOWN:
        return error(kind)
    return BlingError(400, {"type": kind, "message": kind, "description": kind})
