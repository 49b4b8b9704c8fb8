"""What people type into forms, before anything is done with it."""

from __future__ import annotations

import re
from enum import StrEnum

LONGEST_EMAIL = 254
LONGEST_NAME = 120
SHORTEST_PASSWORD = 8
#: Hashing has its price.
LONGEST_PASSWORD = 1024

#: What mail servers take without special arrangements (RFC 5321, dot-atoms; a domain with a dot).
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")


class Wrong(StrEnum):
    """What is wrong with a field."""

    NO_EMAIL = "no_email"
    NO_NAME = "no_name"
    SHORT_PASSWORD = "short_password"  # noqa: S105
    LONG_PASSWORD = "long_password"  # noqa: S105
    BAD_PASSWORD = "bad_password"  # noqa: S105
    NO_TERMS = "no_terms"


def address(text: str) -> str:
    """As we keep it: without blanks around it, in lower case."""
    return text.strip().lower()


def email_wrong(text: str) -> Wrong | None:
    """Whether mail can be sent there; takes what `address` gave."""
    return None if len(text) <= LONGEST_EMAIL and _EMAIL.fullmatch(text) else Wrong.NO_EMAIL


def name_wrong(text: str) -> Wrong | None:
    """Of a person, a company, a key: one line that says something."""
    return None if text.strip() and len(text) <= LONGEST_NAME and text.isprintable() else Wrong.NO_NAME


def password_wrong(text: str) -> Wrong | None:
    """Length is all we ask for (NIST SP 800-63B)."""
    if len(text) < SHORTEST_PASSWORD:
        return Wrong.SHORT_PASSWORD
    if len(text) > LONGEST_PASSWORD:
        return Wrong.LONG_PASSWORD
    return None if is_text(text) else Wrong.BAD_PASSWORD


def is_text(value: str) -> bool:
    """Whether the database and the hash can take it: no NUL, no half characters."""
    return "\0" not in value and value == value.encode(errors="ignore").decode()
