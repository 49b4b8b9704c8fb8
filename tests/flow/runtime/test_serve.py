"""`ponte serve`, `work` and `migrate` as processes."""

from __future__ import annotations

import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import msgspec
import pytest
import redis
from arq.constants import default_queue_name, health_check_key_suffix

from connector.settings import Settings, to_environment
from ponte.demo.programs import Program
from ponte.runtime.addresses import LOCALHOST, free_port, wait_until_free
from ponte.runtime.child import Patience
from tests.support.waiting import PATIENCE_S

Run = Callable[..., Program]


@pytest.fixture
def run(settings: Settings, tmp_path: Path) -> Iterator[Run]:
    started: list[Program] = []

    def run_one(command: str, **changes: object) -> Program:
        own = msgspec.structs.replace(settings, **changes)
        program = Program(
            command, ("ponte", command), tmp_path / f"{command}.log", to_environment(own), own.port
        )
        program.start()
        started.append(program)
        return program

    yield run_one
    for program in started:
        program.stop()


def url(port: int, path: str) -> str:
    return f"http://{LOCALHOST}:{port}{path}"


def test_it_serves_until_sigterm(run: Run, app_port: int) -> None:
    server = run("serve", port=app_port)
    server.wait_until_it_answers(url(app_port, "/health/ready"), PATIENCE_S)
    server.stop()
    assert server.child is not None
    assert server.child.exit_code == 0
    assert wait_until_free(app_port, PATIENCE_S)


def test_thousands_who_begin_and_do_not_finish_keep_nobody_out(run: Run, app_port: int) -> None:
    server = run("serve", port=app_port)
    server.wait_until_it_answers(url(app_port, "/health/live"), PATIENCE_S)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    begun = b"POST /webhooks/bling HTTP/1.1\r\nHost: ponte\r\nContent-Length: 9\r\n\r\n"
    with ExitStack() as slow:
        for _ in range(2_048):
            slow.enter_context(socket.create_connection((LOCALHOST, app_port), PATIENCE_S)).sendall(begun)
        live = httpx.get(url(app_port, "/health/live"), trust_env=False, timeout=PATIENCE_S)
        assert live.status_code == 200


def test_its_processes_end_with_it_when_it_is_killed(run: Run, app_port: int) -> None:
    server = run("serve", port=app_port)
    server.wait_until_it_answers(url(app_port, "/health/live"), PATIENCE_S)
    assert server.child is not None
    server.child.kill()
    assert wait_until_free(app_port, PATIENCE_S)


def test_metrics_may_have_a_port_of_their_own(run: Run, app_port: int) -> None:
    metrics_port = free_port()
    server = run("serve", port=app_port, metrics_port=metrics_port)
    server.wait_until_it_answers(url(app_port, "/health/live"), PATIENCE_S)
    assert "ponte_webhooks" in httpx.get(url(metrics_port, "/metrics"), trust_env=False).text


def test_a_worker_without_redis_ends_to_be_started_again(run: Run) -> None:
    worker = run("work", redis_url=f"redis://{LOCALHOST}:{free_port()}/0")
    assert worker.child is not None
    assert worker.child._process.wait(PATIENCE_S) == 1


def test_a_worker_ends_in_order(run: Run, redis_url: str) -> None:
    worker = run("work")
    patience = Patience("the worker", PATIENCE_S)
    with redis.Redis.from_url(redis_url) as client:
        while not client.exists(f"{default_queue_name}{health_check_key_suffix}"):
            patience.wait()
    worker.stop()
    assert worker.child is not None
    assert worker.child.exit_code == 0


def test_migrating_twice_is_fine_and_a_missing_server_is_said(run: Run, postgres_url: str) -> None:
    again = run("migrate", migrate_url=postgres_url)
    assert again.child is not None
    assert again.child._process.wait(PATIENCE_S) == 0
    lost = run("migrate", migrate_url=f"postgresql://{LOCALHOST}:{free_port()}/ponte")
    assert lost.child is not None
    assert lost.child._process.wait(PATIENCE_S) == 1
    assert "could not be migrated" in lost.child.last_words()
