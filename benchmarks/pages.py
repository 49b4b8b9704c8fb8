"""The pages of a customer with ten million events: how long the server takes for each.

`python -m benchmarks.pages [--events N]` runs it alone, with as many events as you like.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec
import structlog
import uvloop

from benchmarks import history
from benchmarks.ground import Ground, ground
from benchmarks.machine import machine
from benchmarks.results import Row, Rows, row
from benchmarks.running import Ready, housed

EVENTS = 10_000_000
#: Requests of each page, one after the other, after two that do not count.
VISITS, WARM = 40, 2
TARGET_MS = 60


class Took(msgspec.Struct, frozen=True):
    """Milliseconds of a page."""

    p50: float
    p95: float


async def pages(on: Ground, events: int = EVENTS) -> Rows:
    """The slowest page's p95, in milliseconds from sending the request to the last byte of the answer."""
    async with housed(on) as (ready, owner_url):
        begun = time.perf_counter()
        tenants = [UUID(one["id"]) for one in ready["tenants"]]
        await history.fill(owner_url, tenants, events)
        filled = time.perf_counter() - begun
        size = await _size(owner_url)
        told = await _visit(ready, await _paths(owner_url, tenants[0]))
    slowest = max(told, key=lambda name: told[name].p95)
    detail: dict[str, object] = {"slowest": slowest, "pages": told, "visits": VISITS}
    detail |= {"events": events, "days": history.DAYS, "fill_s": round(filled, 1), "gigabytes": size}
    yield row("pages_p95_ms", told[slowest].p95, "<=", TARGET_MS, **detail)


async def _size(owner_url: str) -> float:
    conn = await asyncpg.connect(owner_url)
    try:
        size: int = await conn.fetchval("SELECT pg_database_size(current_database())")
        return round(size / 2**30, 2)
    finally:
        await conn.close()


async def _paths(owner_url: str, tenant: UUID) -> dict[str, str]:
    """What is asked for, by what it shows."""
    conn = await asyncpg.connect(owner_url)
    try:
        failed, written = [
            await conn.fetchval(
                f"SELECT id FROM event WHERE tenant_id = $1 AND {which} AND id < $2 ORDER BY id DESC LIMIT 1",
                *(tenant, UUID(int=1 << 127)),
            )
            for which in ("outcome = 'failed'", "sync_id IS NOT NULL")
        ]
        old, delivery = await conn.fetchrow(
            "SELECT id, provider_event_id FROM event WHERE tenant_id = $1 AND id < uuid_bound($2)"
            " ORDER BY id DESC LIMIT 1",
            *(tenant, (datetime.now(UTC) - timedelta(days=200)).date()),
        )
    finally:
        await conn.close()
    month = datetime.now(UTC).date() - timedelta(days=200)
    days = f"inicio={month}&fim={month + timedelta(days=30)}"
    return {
        "Visão geral": "/",
        "Eventos": "/eventos",
        "Eventos, uma página no meio": f"/eventos?depois={old}",
        "Eventos, a página de volta": f"/eventos?antes={old}",
        "Eventos, falhou": "/eventos?resultado=failed",
        "Eventos, pedidos": "/eventos?tipo=order",
        "Eventos, pedidos ignorados": "/eventos?tipo=order&resultado=skipped",
        "Eventos, parado (raro)": "/eventos?resultado=dead",
        "Eventos, aguardando": "/eventos?resultado=held",
        "Eventos, por motivo": "/eventos?motivo=toggle_off",
        "Eventos, reprocesso": "/eventos?origem=replay",
        "Eventos, reprocesso que falhou (nenhum)": "/eventos?origem=replay&resultado=failed",
        "Eventos, um mês": f"/eventos?{days}",
        "Eventos, um mês, falhou": f"/eventos?{days}&resultado=failed",
        "Eventos, busca por SKU": "/eventos?q=CAN-4712",
        "Eventos, busca por nome": "/eventos?q=caneca+4712",
        "Eventos, busca por nome comum": "/eventos?q=azul",
        "Eventos, busca por número": "/eventos?q=4711",
        "Eventos, busca por entrega": f"/eventos?q={delivery}",
        "Eventos, busca sem resultado": "/eventos?q=nada+disso",
        "Eventos, novos": f"/eventos/novos?desde={failed}",
        "Evento que falhou": f"/eventos/{failed}",
        "Evento que gravou": f"/eventos/{written}",
        "Registros": "/registros",
        "Registros que precisam de você": "/registros?estado=needs_you",
        "Registro": "/registros/product/4712",
        "Licença": "/licenca",
        "Configuração › Conexões": "/configuracao/conexoes",
        "Configuração › Produto": "/configuracao/produto",
        "Configuração › Pedido": "/configuracao/pedido",
        "Equipe": "/equipe",
    }


async def _visit(ready: Ready, paths: Mapping[str, str]) -> dict[str, Took]:
    """How long each page took somebody who is signed in."""
    async with httpx.AsyncClient(base_url=ready["app_url"], trust_env=False, timeout=30) as client:
        headers = {"cookie": await _session(client, ready["tenants"][0]), "accept": "text/html"}
        return {name: await _took(client, path, headers) for name, path in paths.items()}


async def _session(client: httpx.AsyncClient, tenant: Mapping[str, Any]) -> str:
    """The session's cookie; httpx itself sends no `Secure` one over http."""
    given = {"email": tenant["email"], "password": tenant["password"]}
    answer = await client.post("/entrar", data=given)
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise AssertionError(f"signing in answered {answer.status_code}")
    return "; ".join(cookie.partition(";")[0] for cookie in answer.headers.get_list("set-cookie"))


async def _took(client: httpx.AsyncClient, path: str, headers: Mapping[str, str]) -> Took:
    took: list[float] = []
    for _ in range(WARM + VISITS):
        begun = time.perf_counter()
        answer = await client.get(path, headers=dict(headers))
        took.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != httpx.codes.OK:
            raise AssertionError(f"{path} answered {answer.status_code}")
    ascending = sorted(took[WARM:])
    nearest = ascending[-(-len(ascending) * 95 // 100) - 1]
    return Took(round(median(ascending), 1), round(nearest, 1))


async def _alone(events: int) -> bool:
    told: list[Row] = [machine()]
    async with ground() as on:
        told += [one async for one in pages(on, events)]
    for one in told:
        sys.stdout.write(msgspec.json.encode(one).decode() + "\n")
    return all(one.ok for one in told)


def main() -> int:
    """0 when every page is quick enough."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    return 0 if uvloop.run(_alone(parser.parse_args().events)) else 1


if __name__ == "__main__":
    sys.exit(main())
