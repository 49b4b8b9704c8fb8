"""The check of tables against the database, as `make check` runs it: on a server made for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ponte import throwaway


def test_a_fresh_machine_can_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert throwaway.main([sys.executable, "-m", "connector.store.check"]) == 0


def test_the_commands_exit_code_is_passed_on(monkeypatch: pytest.MonkeyPatch, postgres_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    assert throwaway.main([sys.executable, "-c", "raise SystemExit(7)"]) == 7


def test_without_an_address_it_says_what_to_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    ended = subprocess.run([sys.executable, "-m", "connector.store.check"], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "DATABASE_URL" in ended.stderr
