"""The `ponte` command. Each subcommand imports only what it runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from connector import settings as environment
from connector.settings import Settings, SettingsError
from ponte import logs

_ADD = (
    "Makes an operator and prints the password and the authenticator app's secret, this once. "
    "For an address that is known both are made anew, and its sessions end."
)

#: What `replay` can be told, by the API's names.
REPLAY_FILTERS = {
    "kind": "product, order, sale, contact or stock",
    "outcome": "how the events ended: failed, dead, skipped, …",
    "reason": "a reason code, such as refused_by_bitrix24",
    "source": "bling, import, reconcile, replay or bitrix24",
    "record": "a Bling id",
    "since": "received then or later: RFC 3339, or a day (UTC)",
    "until": "received before then",
    "q": "a SKU, a number, words of a name, an id",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; its exit code (2 when settings or arguments are unusable)."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except SettingsError as error:
        sys.stderr.write(f"ponte: {error}\n")
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ponte", description="Keeps Bling and Bitrix24 in step.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, text: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    command("serve", "run the web server", _serve)
    command("work", "run a worker", _work)
    command("migrate", "bring the database up to date", _migrate)
    command("doctor", "check settings, database, Redis and vendors, and say what to mend", _doctor)
    demo = command("demo", "run everything on this machine, with sandboxes of the vendors", _demo)
    demo.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    demo.add_argument("--port", type=_port, default=0, help="the app's; the next one is the sandbox's")
    demo.add_argument("--data-dir", type=Path, help="where data and logs go (default: .ponte/)")
    operator = command("operator", "the people who keep Ponte running", _no_order)
    orders = operator.add_subparsers(required=True, metavar="ORDER")
    add = orders.add_parser("add", help="let somebody in, or give them new secrets", description=_ADD)
    add.add_argument("email", metavar="EMAIL", help="whom")
    add.set_defaults(run=_operator_add)
    reseal = command("reseal", "seal everything with the newest key of PONTE_VAULT_KEYS", _reseal)
    reseal.add_argument(
        "--dry-run", action="store_true", help="count what is under which key, change nothing"
    )
    bring = command("import", "bring over what a tenant has in Bling already", _import)
    _import_arguments(bring)
    compare = command("reconcile", "compare both sides of a tenant", _reconcile)
    compare.add_argument("--tenant", required=True, type=UUID, metavar="ID", help="whose records")
    compare.add_argument("--kind", default="product", help="product (the default) or order")
    compare.add_argument("--repair", action="store_true", help="repair what is found")
    _follow_argument(compare)
    replay = command("replay", "run again what a filter of a tenant's events shows", _replay)
    _replay_arguments(replay)
    command("story", "play the main story end to end and tell how long each step took", _story)
    return parser


def _port(text: str) -> int:
    number = int(text)
    if number and not 1024 <= number <= 65534:
        raise argparse.ArgumentTypeError("a port is 0 or between 1024 and 65534")
    return number


def _production() -> Settings:
    settings = environment.load()
    logs.configure(settings.log_level, settings.log_format)
    return settings


def _serve(_options: argparse.Namespace) -> int:
    from ponte import serve

    return serve.run(_production())


def _work(_options: argparse.Namespace) -> int:
    from worker import main as worker

    return worker.run(_production())


def _migrate(_options: argparse.Namespace) -> int:
    from ponte import migrating

    return migrating.run(_production())


def _doctor(_options: argparse.Namespace) -> int:
    from ponte.doctor import command

    return command.run()


def _operator_add(options: argparse.Namespace) -> int:
    from ponte import operators

    return operators.add(_production(), options.email)


def _reseal(options: argparse.Namespace) -> int:
    from ponte import resealing

    return resealing.run(_production(), dry_run=options.dry_run)


def _replay_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", required=True, type=UUID, metavar="ID", help="whose events")
    for name, text in REPLAY_FILTERS.items():
        parser.add_argument(f"--{name}", help=text)
    parser.add_argument("--dry-run", action="store_true", help="count the records and queue nothing")


def _replay(options: argparse.Namespace) -> int:
    from ponte import replaying

    return replaying.run(_production(), options)


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", required=True, type=UUID, metavar="ID", help="whose records")
    parser.add_argument("--kind", required=True, help="product, order or contact")
    parser.add_argument("--since", help="changed in Bling since then: RFC 3339, or a day (Brazil)")
    parser.add_argument(
        "--dry-run", action="store_true", help="rehearse: say what it would do, write nothing"
    )
    _follow_argument(parser)


def _follow_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--follow", action="store_true", help="stay until it is over, telling how far it is")


def _reconcile(options: argparse.Namespace) -> int:
    from ponte import reconciling

    return reconciling.run(_production(), options)


def _import(options: argparse.Namespace) -> int:
    from ponte import importing

    return importing.run(_production(), options)


def _no_order(_options: argparse.Namespace) -> int:
    raise AssertionError("argparse asks for an order")


def _demo(options: argparse.Namespace) -> int:
    from ponte.demo import command

    logs.configure("warning", "console")
    return command.run(as_json=options.json, port=options.port, folder=options.data_dir)


def _story(_options: argparse.Namespace) -> int:
    from ponte.story import command

    logs.configure("warning", "console")
    return command.run()
