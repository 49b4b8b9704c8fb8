"""From a view to an answer: templates, their words, and the headers that a page carries."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.enums import MediaType
from markupsafe import Markup, escape

from dashboard import formats, static_files
from dashboard.reader import _, plural, reader

HERE = Path(__file__).parent
FILTERS = (
    formats.ago,
    formats.clock,
    formats.date_clock,
    formats.date_time,
    formats.initials,
    formats.iso,
    formats.number,
    formats.weekday,
)

#: For a piece that somebody opens as if it were a page: it does nothing, and stands in nobody's frame.
_ALONE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page(
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    leads_away: bool = False,
) -> Response[str]:
    """A whole page, for the reader of this task; never kept by anybody.

    `leads_away`: its form ends on another site (browsers hold redirects of a form to the policy as well).
    """
    nonce = secrets.token_urlsafe(16)
    body = _environment().get_template(template).render(reader=reader(), nonce=nonce, **context)
    sent = {
        "Content-Security-Policy": content_policy(nonce, reader().framed_by, leads_away=leads_away),
        "Cache-Control": "no-store",
        "Vary": "Cookie",
    }
    return Response(body, media_type=MediaType.HTML, status_code=status, headers=sent | dict(headers or {}))


def part(template: str, context: Mapping[str, object]) -> Response[str]:
    """A piece of a page, for htmx."""
    body = _environment().get_template(f"parts/{template}").render(reader=reader(), **context)
    sent = {"Cache-Control": "no-store", "Content-Security-Policy": _ALONE}
    return Response(body, media_type=MediaType.HTML, headers=sent)


def content_policy(nonce: str, framed_by: str = "", *, leads_away: bool = False) -> str:
    """Own files only; scripts by nonce; no frame but the one of the portal that is known to hold it."""
    ancestors = f"'self' {framed_by}" if framed_by else "'none'"
    forms = "'self' https: http:" if leads_away else "'self'"
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
        f"font-src 'self'; connect-src 'self'; form-action {forms}; base-uri 'none'; "
        f"frame-ancestors {ancestors}"
    )


def icon(name: str, size: str = "") -> Markup:
    """An icon of the sprite; raises `KeyError` for one that is not in `assets/icons.txt`."""
    if name not in _icons():
        raise KeyError(f"icon {name!r}: add it to dashboard/assets/icons.txt")
    css = f"i {size}".rstrip()
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        css, static_files.url("icons.svg"), name
    )


def form_word() -> Markup:
    """The hidden field that shows a form to be ours."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(reader().form_word)


@cache
def _icons() -> frozenset[str]:
    return frozenset((HERE / "assets" / "icons.txt").read_text().split())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(_, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update({function.__name__: function for function in FILTERS})
    environment.filters["last_part"] = lambda path: escape(path.rpartition("/")[2])
    environment.globals.update(icon=icon, static=static_files.url, form_word=form_word)
    return environment


def _ngettext(one: str, many: str, count: int) -> str:
    return plural(one, many, count)
