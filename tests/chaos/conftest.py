"""The long forms use the rigs of the short ones, and say at the end what they took."""

from __future__ import annotations

import pytest

from tests.flow.sync.back.conftest import deaf, tossing
from tests.flow.sync.conftest import database, house, redis

__all__ = ["database", "deaf", "house", "redis", "tossing"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What each test recorded, beside pytest's own summary."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    for report in reports:
        if report.user_properties:
            terminalreporter.write_line(report.nodeid)
            terminalreporter.write_line(
                "  " + ", ".join(f"{name}={told}" for name, told in report.user_properties)
            )
