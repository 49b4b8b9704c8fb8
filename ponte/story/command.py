"""`ponte story`: plays it and tells how long each scene took."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol

import httpx

from ponte.demo.folders import FolderError
from ponte.demo.house import open_house
from ponte.demo.supervisor import end_on_signals
from ponte.runtime.child import StartError
from ponte.runtime.plainuser import PlainUserError
from ponte.story.orders import OrderStory
from ponte.story.scenes import Story
from ponte.story.stage import Broken, Stage


class Chapter(Protocol):
    """Part of the story."""

    def scenes(self) -> list[tuple[str, Callable[[], None]]]:
        """Title and deed of each."""


def run() -> int:
    """Start everything, play all scenes; 0 if every one held."""
    end_on_signals()
    began = time.monotonic()
    try:
        with open_house() as house:
            ready = house.start()
            _say("everything is running", began)
            stage = Stage(ready)
            try:
                return play(Story(stage)) or play(OrderStory(stage))
            finally:
                stage.close()
    except (StartError, FolderError, PlainUserError) as error:
        _fail("everything is running", error)
        return 1


def play(story: Chapter) -> int:
    """All scenes up to the first that does not hold."""
    for title, scene in story.scenes():
        began = time.monotonic()
        try:
            scene()
        except (Broken, httpx.HTTPError, LookupError) as error:
            _fail(title, error)
            return 1
        _say(title, began)
    return 0


def _say(title: str, began: float) -> None:
    sys.stdout.write(f"  ok  {(time.monotonic() - began) * 1000:6.0f} ms  {title}\n")
    sys.stdout.flush()


def _fail(title: str, error: Exception) -> None:
    sys.stdout.write(f"  --             {title}\n      {type(error).__name__}: {error}\n")
    sys.stdout.flush()
