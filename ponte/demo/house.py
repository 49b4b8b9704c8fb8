"""Starts the parts in the order of their dependence and tells where they are."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from connector.security.vault import new_key
from connector.settings import Settings, load, to_environment
from ponte.demo import seed, template
from ponte.demo.folders import data_folder
from ponte.demo.programs import Program
from ponte.demo.supervisor import Supervisor, note
from ponte.runtime import databases
from ponte.runtime.addresses import LOCALHOST, free_pair, free_port
from ponte.runtime.postgres import Postgres
from ponte.runtime.redis import Redis

READY_SECONDS = 30.0
#: Settings that the demo takes from its environment, as it takes `DATABASE_URL` and `REDIS_URL`.
GIVEN = ("PONTE_BLING_PER_SECOND",)
SANDBOX = "sandbox"


class House:
    """The demo's processes in one folder; `app_port` is the app's, the next one the sandbox's."""

    def __init__(self, folder: Path, app_port: int) -> None:
        self.app_url = f"http://{LOCALHOST}:{app_port}"
        self.sandbox_url = f"http://{LOCALHOST}:{app_port + 1}"
        self.supervisor = Supervisor(SANDBOX, self._tell_pids)
        self._folder, self._app_port = folder, app_port
        self._logs = folder / "logs"
        shutil.rmtree(self._logs, ignore_errors=True)
        self._logs.mkdir()

    def start(self) -> dict[str, Any]:
        """Start all, connect the tenants; the ready line. Raises `StartError`."""
        sandbox = self._start_sandbox()
        owner_url, redis_url = self._database(), self._redis()
        sandbox.wait_until_it_answers(f"{self.sandbox_url}/control/ready", READY_SECONDS)
        vendors = self._ask_sandbox()
        settings = self._settings(vendors, owner_url, redis_url)
        server = self._start_app(settings)
        tenants = asyncio.run(seed.connect_tenants(settings, self.sandbox_url, vendors))
        operator = asyncio.run(seed.make_operator(settings))
        server.wait_until_it_answers(f"{self.app_url}/health/ready", READY_SECONDS)
        self._tell_pids(self.supervisor.pids)
        return self._ready_line(vendors, tenants, operator)

    def _database(self) -> str:
        """The owner's address of the demo's database: on the server given, or on our own."""
        if given := os.environ.get("DATABASE_URL"):
            asyncio.run(template.make_database(given))
            return databases.at(given, database=template.DATABASE)
        postgres = Postgres(self._folder / "postgres", free_port())
        template.make_cluster(postgres)
        self.supervisor.add(postgres)
        return postgres.url(template.DATABASE)

    def _redis(self) -> str:
        if given := os.environ.get("REDIS_URL"):
            return given
        redis = Redis(self._folder / "redis", free_port())
        self.supervisor.add(redis)
        return redis.url()

    def _start_sandbox(self) -> Program:
        port = self._app_port + 1
        arguments = (SANDBOX, "--port", str(port), "--app-url", self.app_url, "--world", "demo")
        sandbox = Program(SANDBOX, arguments, self._logs / "sandbox.log", {}, port)
        self.supervisor.add(sandbox)
        return sandbox

    def _start_app(self, settings: Settings) -> Program:
        environ = to_environment(settings)
        server = Program("server", ("ponte", "serve"), self._logs / "server.log", environ, self._app_port)
        self.supervisor.add(server)
        self.supervisor.add(Program("worker", ("ponte", "work"), self._logs / "worker.log", environ))
        return server

    def _settings(self, vendors: Mapping[str, Any], owner_url: str, redis_url: str) -> Settings:
        bling, bitrix24, stripe = vendors["bling"], vendors["bitrix24"], vendors["stripe"]
        settings = Settings(
            env="demo",
            database_url=databases.at(owner_url, role=databases.LOGIN_ROLE),
            migrate_url=owner_url,
            redis_url=redis_url,
            app_url=self.app_url,
            port=self._app_port,
            vault_keys=new_key("demo"),
            clock_url=f"{self.sandbox_url}/control/clock",
            bling_api_url=bling["api_url"],
            bling_authorize_url=bling["authorize_url"],
            bling_token_url=bling["token_url"],
            bling_client_id=bling["client_id"],
            bling_client_secret=bling["client_secret"],
            bitrix24_oauth_urls=bitrix24["oauth_url"],
            bitrix24_script_url=f"{self.sandbox_url}/bitrix24/api/v1/",
            bitrix24_client_id=bitrix24["client_id"],
            bitrix24_client_secret=bitrix24["client_secret"],
            stripe_api_url=stripe["api_url"],
            stripe_api_key=vendors["own"]["stripe_api_key"],
            stripe_webhook_secret=stripe["webhook_secret"],
            mail_url=f"{self.sandbox_url}/mail",
        )
        given = {name: os.environ[name] for name in GIVEN if name in os.environ}
        return load({**to_environment(settings), **given})

    def _ask_sandbox(self) -> dict[str, Any]:
        with httpx.Client(trust_env=False, timeout=10) as client:
            answer = client.get(f"{self.sandbox_url}/control/ready").raise_for_status()
            vendors: dict[str, Any] = answer.json()
            return vendors

    def _tell_pids(self, pids: Mapping[str, int]) -> None:
        """Let the sandbox answer the present process ids; if it is gone, the supervisor sees to it."""
        try:
            with httpx.Client(trust_env=False, timeout=5) as client:
                client.put(f"{self.sandbox_url}/control/pids", json=dict(pids)).raise_for_status()
        except httpx.HTTPError as error:
            note(f"the sandbox did not take the process ids: {error}")

    def _ready_line(
        self, vendors: Mapping[str, Any], tenants: list[dict[str, Any]], operator: dict[str, str]
    ) -> dict[str, Any]:
        return {
            "ready": True,
            "app_url": self.app_url,
            "sandbox_url": self.sandbox_url,
            **{name: vendors[name] for name in ("bling", "bitrix24", "stripe")},
            "tenants": tenants,
            "spare": vendors["spare"],
            "operator": operator,
            "pids": self.supervisor.pids,
        }


@contextmanager
def open_house(port: int = 0, folder: Path | None = None) -> Iterator[House]:
    """A house whose processes end with the `with` block, however it is left."""
    with data_folder(folder) as place:
        house = House(place, port or free_pair())
        try:
            yield house
        finally:
            house.supervisor.stop()
