"""The translations: `python -m dashboard.catalogue update` after changing texts, `check` in CI.

Portuguese is the source language, so the only catalogue is English. Texts are found in Python (`_`,
`plural`, `N_`) and in the templates.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
ENGLISH = HERE / "translations" / "en" / "LC_MESSAGES" / "ponte.po"
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "plural": (1, 2)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}}


def compile_all() -> None:
    """Write the `.mo` beside the `.po` when it is older or missing."""
    target = ENGLISH.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= ENGLISH.stat().st_mtime:
        return
    with target.open("wb") as file:
        write_mo(file, read())


def read() -> Catalog:
    """The English catalogue as it stands."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def extract() -> Catalog:
    """All texts of the dashboard, without translations."""
    found = Catalog(project="Ponte", charset="utf-8")
    for path, _line, text, _comments, context in extract_from_dir(HERE, METHODS, OPTIONS, KEYWORDS):
        if "node_modules" not in path:
            found.add(text, locations=[(path, 0)], context=context)
    return found


def update() -> Catalog:
    """Bring new texts into the catalogue and drop those that are gone."""
    catalogue = read() if ENGLISH.exists() else Catalog(locale="en", project="Ponte", charset="utf-8")
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with ENGLISH.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, no_location=True, omit_header=False)
    return catalogue


def problems() -> list[str]:
    """What keeps the catalogue from being complete: texts missing, left over, or with other placeholders."""
    stands, wanted = read(), extract()
    missing = [
        f"not translated: {message.id!r}" for message in wanted if message.id and not _done(stands, message)
    ]
    gone = [
        f"no longer used: {message.id!r}" for message in stands if message.id and message.id not in wanted
    ]
    wrong = [f"{error}: {message.id!r}" for message, errors in stands.check() for error in errors]
    return missing + gone + wrong


def _done(catalogue: Catalog, message: Message) -> bool:
    found = catalogue.get(message.id, message.context)
    if found is None or found.fuzzy:
        return False
    return all(found.string) if isinstance(found.string, tuple | list) else bool(found.string)


def main(arguments: list[str]) -> int:
    """The command."""
    if arguments == ["update"]:
        update()
    elif arguments != ["check"]:
        sys.stderr.write("python -m dashboard.catalogue update|check\n")
        return 2
    found = problems()
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
