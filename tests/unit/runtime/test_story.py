"""The story tells what did not hold, and ends there."""

from __future__ import annotations

import pytest

from ponte.story import stage
from ponte.story.command import play
from ponte.story.scenes import Story
from ponte.story.stage import Broken, expect, wait_for


class ShortStory(Story):
    """Three scenes, the second of which may fail."""

    def __init__(self, seen: int) -> None:
        self.seen = seen
        self.played: list[str] = []

    def scenes(self):
        return [
            ("first", lambda: self.played.append("first")),
            ("second", lambda: expect("the price", self.seen, 2)),
            ("third", lambda: self.played.append("third")),
        ]


def test_a_story_that_holds_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert play(ShortStory(seen=2)) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["first", "second", "third"]


def test_a_scene_that_does_not_hold_ends_it_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    story = ShortStory(seen=3)
    assert play(story) == 1
    assert story.played == ["first"]
    assert "the price is 3, not 2" in capsys.readouterr().out


def test_waiting_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(Broken, match="waited 0 s for nothing"):
        wait_for("nothing", lambda: None)
