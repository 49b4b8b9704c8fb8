"""Logging: one event per fact, as JSON or for the eye, and never a token.

Whoever logs calls `structlog.get_logger()`; what libraries log through `logging` takes the same way out.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Libraries that log each request with its address, in which Bitrix24 wants its token, or each job twice.
_TALKATIVE = ("httpx", "httpcore", "h11", "asyncio", "arq")
_HIDDEN = "***"
_SECRETS = re.compile(
    r"""(?ix)
    ( (?: \b [\w-]* (?: token | secret | password | senha | api_?key | authorization | auth_id | refresh_id )
        | \b auth | [?&] code ) ["']? \s* [=:] \s* ["']? )      # the name, as in JSON, a dict or an address
    (?: (?: Bearer | Basic ) \s+ )?
    [^\s"'&,;}\\]+
    """
)
_CREDENTIALS = re.compile(r"(?i)((?:postgres(?:ql)?|rediss?|smtps?|https?)://[^\s:/@]*:)[^\s@/]+@")
_BEARER = re.compile(r"(?i)\b(Bearer|Basic)\s+[\w.~+/=-]{8,}")


def configure(level: str, form: str, stream: TextIO | None = None) -> None:
    """Set up structlog and `logging` for this process: from `level` on, in the form `json` or `console`."""
    out = sys.stderr if stream is None else stream
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(_formatter(form))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def without_secrets(text: str) -> str:
    """The text with the values of tokens, passwords and the like replaced."""
    text = _SECRETS.sub(rf"\g<1>{_HIDDEN}", text)
    text = _BEARER.sub(rf"\g<1> {_HIDDEN}", text)
    return _CREDENTIALS.sub(rf"\g<1>{_HIDDEN}@", text)


def _formatter(form: str) -> logging.Formatter:
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    exceptions: list[Processor] = [structlog.processors.format_exc_info] if form == "json" else []
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *exceptions,
            renderer,
            _hide_secrets,
        ],
    )


def _hide_secrets(_logger: WrappedLogger, _method: str, rendered: EventDict | str) -> str:
    return without_secrets(str(rendered))


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
]
