"""What both vendors of the sandbox share."""

from __future__ import annotations

import msgspec
import pytest

from sandbox.core.calls import CallLog
from sandbox.core.clock import Clock, rfc3339
from sandbox.core.faults import Fault, Faults
from sandbox.core.switches import DEFAULT_OPERATING_COST_S, Switches
from sandbox.core.tenants import Tenants

NAMES = frozenset({"tenant-1", "company-1", "member-1"})


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def tenants() -> Tenants:
    return Tenants()


@pytest.fixture
def calls(tenants: Tenants) -> CallLog:
    return CallLog(Clock(), tenants.ponte_id)


def record(calls: CallLog, provider: str = "bling", **more: object) -> None:
    fields = {"http_method": "GET", "method": "produtos", "path": "/bling", "status": 200, "outsider": False}
    calls.record(**({"provider": provider, "tenant": "company-1"} | fields | more))  # type: ignore[arg-type]


def test_a_fault_happens_as_often_as_ordered(faults: Faults) -> None:
    faults.add(Fault("bling", times=2, status=500))
    taken = [faults.take("bling", NAMES, "produtos") for _ in range(3)]
    assert [fault is not None for fault in taken] == [True, True, False]


def test_a_fault_fits_any_name_of_its_tenant(faults: Faults) -> None:
    for name in sorted(NAMES):
        faults.add(Fault("bling", times=1, tenant=name))
        assert faults.take("bling", frozenset({"other"}), "produtos") is None
        assert faults.take("bling", NAMES, "produtos") is not None


def test_a_faults_method_is_compared_without_case(faults: Faults) -> None:
    faults.add(Fault("bitrix24", times=1, method="catalog.product.add"))
    assert faults.take("bitrix24", NAMES, "batch") is None
    assert faults.take("bling", NAMES, "catalog.product.add") is None
    assert faults.take("bitrix24", NAMES, "Catalog.Product.Add") is not None


def test_the_older_order_comes_first(faults: Faults) -> None:
    faults.add(Fault("bling", times=1, status=500))
    faults.add(Fault("bling", times=1, status=404))
    assert [faults.take("bling", NAMES, "x").status for _ in range(2)] == [500, 404]  # type: ignore[union-attr]


def test_cleared_faults_do_not_happen(faults: Faults) -> None:
    faults.add(Fault("bling", times=9))
    faults.clear()
    assert faults.take("bling", NAMES, "produtos") is None


def test_a_call_shows_pontes_id_even_if_it_was_told_later(calls: CallLog, tenants: Tenants) -> None:
    record(calls)
    record(calls, tenant="nobody")
    tenants.put("tenant-1", "company-1", "member-1")
    assert [row.tenant for row in calls.rows()] == ["tenant-1", None]


def test_calls_are_filtered_by_provider_and_time(calls: CallLog) -> None:
    record(calls)
    record(calls, "bitrix24", commands=["catalog.product.add?x=1"])
    (row,) = calls.rows("bitrix24")
    assert row.commands == ("catalog.product.add?x=1",)
    assert calls.rows(since=Clock().real() + 60) == []


def test_only_a_batch_has_commands(calls: CallLog) -> None:
    record(calls)
    shown = msgspec.to_builtins(calls.rows()[0])
    assert set(shown) == {
        "provider", "http_method", "method", "path", "status", "at", "tenant", "outsider",
    }  # fmt: skip


def test_cleared_calls_are_forgotten(calls: CallLog) -> None:
    record(calls)
    calls.clear()
    assert len(calls) == 0


def test_tenants_are_found_by_any_name(tenants: Tenants) -> None:
    tenants.put("tenant-1", "company-1", "member-1")
    assert tenants.names(company_id="company-1") == NAMES
    assert tenants.names(member_id="member-1") == NAMES
    assert tenants.names(member_id="stranger") == {"stranger"}
    assert tenants.names() == frozenset()


def test_the_clock_moves_forward_only() -> None:
    clock, told = Clock(), []
    clock.on_change(lambda: told.append(clock.offset))
    clock.advance(3_600)
    assert clock.now() - clock.real() == pytest.approx(3_600, abs=1)
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)
    clock.reset()
    assert told == [3_600, 0]


def test_times_are_utc_with_milliseconds() -> None:
    assert rfc3339(1_790_000_000.1239) == "2026-09-21T14:13:20.123Z"


def test_switching_limits_tells_whoever_keeps_buckets() -> None:
    switches, told = Switches(), []
    switches.on_enforce(lambda: told.append(switches.enforce))
    switches.set_enforce(False)
    switches.operating_cost_s = 0.5
    switches.reset()
    assert told == [False, True]
    assert switches.operating_cost_s == DEFAULT_OPERATING_COST_S
