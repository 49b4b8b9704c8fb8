"""What the logs show, and what they never show."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from ponte import logs

SECRET = "s3cr3t-value-of-a-token"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers, root.level
    stream = io.StringIO()
    logs.configure("info", "json", stream)
    yield stream
    root.handlers, root.level = before
    structlog.reset_defaults()


def test_an_event_is_one_json_line_with_its_context(out: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(tenant="t1"):
        structlog.get_logger("drain").info("settled", events=3)
    line = json.loads(out.getvalue())
    assert (line["event"], line["tenant"], line["events"], line["level"]) == ("settled", "t1", 3, "info")
    assert line["timestamp"].endswith("Z")


def test_what_libraries_log_takes_the_same_form(out: io.StringIO) -> None:
    logging.getLogger("arq.worker").warning("job %s is late", "drain")
    assert json.loads(out.getvalue())["event"] == "job drain is late"


def test_requests_of_the_http_client_are_not_logged(out: io.StringIO) -> None:
    logging.getLogger("httpx").info("GET https://portal/rest/x?auth=%s", SECRET)
    assert out.getvalue() == ""


def test_a_traceback_is_part_of_the_line(out: io.StringIO) -> None:
    try:
        raise ValueError(f"refused: access_token={SECRET}")
    except ValueError:
        structlog.get_logger().exception("failed")
    line = json.loads(out.getvalue())
    assert "ValueError: refused" in line["exception"]
    assert SECRET not in out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        f"https://portal/rest/batch?auth={SECRET}&halt=0",
        f"https://app/oauth/callback?code={SECRET}&state=1",
        f'{{"access_token": "{SECRET}", "expires_in": 3600}}',
        f"{{'REFRESH_ID': '{SECRET}'}}",
        f"application_token: {SECRET}",
        f"headers: Authorization: Bearer {SECRET}",
        f"Basic {SECRET}",
        f"postgresql://ponte:{SECRET}@db.internal/ponte",
        f"redis://:{SECRET}@cache.internal",
        f"client_secret={SECRET}",
        f"password={SECRET}",
    ],
)
def test_no_secret_leaves(text: str) -> None:
    assert SECRET not in logs.without_secrets(text)


@pytest.mark.parametrize(
    "text", ["outcome=skipped reason=create_off code=stale", "tokens refreshed in 3 ms", "https://host/path"]
)
def test_other_words_stay(text: str) -> None:
    assert logs.without_secrets(text) == text


def test_the_console_form_is_for_the_eye(out: io.StringIO) -> None:
    logs.configure("info", "console", out)
    structlog.get_logger().info("ready", port=8000)
    assert "ready" in out.getvalue()
    assert not out.getvalue().startswith("{")
