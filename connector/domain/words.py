"""The words of a name, as a search finds them: without accents, in lower case."""

from __future__ import annotations

import re
import unicodedata

#: Words of one name, and characters of one word, that are kept: a description pasted as a name is no index.
MOST, LONGEST = 16, 40

_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """Each word once, in the order they stand in; a search for the beginning of one finds the name."""
    found = dict.fromkeys(word[:LONGEST] for word in _WORD.findall(folded(text)))
    return list(found)[:MOST]


def folded(text: str) -> str:
    """Lower case without accents: `Café` and `CAFE` are the same to a person who searches."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one)).replace("\0", "")
