"""Each demo has a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ponte.demo import folders
from ponte.demo.folders import FolderError, data_folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(folders, "home", lambda: tmp_path)
    return tmp_path


def test_a_second_demo_gets_a_second_folder(home: Path) -> None:
    with data_folder(None) as first, data_folder(None) as second:
        assert (first, second) == (home / "demo1", home / "demo2")


def test_a_folder_is_used_again_when_its_demo_ended(home: Path) -> None:
    with data_folder(None) as first:
        pass
    with data_folder(None) as second:
        assert first == second


def test_a_folder_that_was_named_is_not_shared(home: Path) -> None:
    with data_folder(home / "mine"), pytest.raises(FolderError, match="another demo runs in"):
        data_folder(home / "mine").__enter__()


def test_a_folder_that_cannot_be_made_is_named(home: Path) -> None:
    (home / "file").touch()
    with pytest.raises(FolderError, match="cannot be used"):
        data_folder(home / "file" / "below").__enter__()
