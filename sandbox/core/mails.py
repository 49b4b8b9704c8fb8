"""Mails that Ponte sent, for people to read and for tests to follow."""

from __future__ import annotations

import msgspec

from sandbox.core.clock import Clock, rfc3339


class Mail(msgspec.Struct, frozen=True):
    """One mail as it was sent; `at` is the real time of its arrival (RFC 3339, UTC)."""

    to: str
    subject: str
    text: str
    html: str
    at: str


class Mails:
    """The sandbox's only letter box."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._mails: list[Mail] = []

    def add(self, to: str, subject: str, text: str, html: str) -> Mail:
        """Take a mail in."""
        mail = Mail(to, subject, text, html, rfc3339(self._clock.real()))
        self._mails.append(mail)
        return mail

    def newest_first(self) -> list[Mail]:
        """All mails, the last one first."""
        return self._mails[::-1]

    def clear(self) -> None:
        """Empty the box."""
        self._mails.clear()
