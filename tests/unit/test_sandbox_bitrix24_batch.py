"""A batch in the sandbox has the traps of the real one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.bitrix24.batch import run_batch
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.references import resolve

ANSWERS: dict[str, dict[str, Any]] = {
    "result": {"a": {"element": {"id": 7, "name": "Copo"}, "list": ["x", "y"]}, "t": "word"},
    "error": {"b": {"error": "0", "error_description": "no"}},
    "total": {"a": 3},
    "next": {},
    "time": {},
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("$result[a][element][id]", 7),
        ("$result[a][element]", {"id": 7, "name": "Copo"}),
        ("$result[a][list][1]", "y"),
        ("$result[t][0]", "w"),
        ("$total[a]", 3),
        ("runs to the blank: $result[a][element][id]!", "runs to the blank: 7"),
        ("id $result[a][element][id] end", "id 7 end"),
        ("x $result[a][element][name] y", "x Copo y"),
        ("x $result[a][element] y", "x $result[a][element] y"),
        ("$RESULT[a]", None),
        ("$result", "$result"),
        ("$result[]", "$result[]"),
        ("R$ 10,00 [a]", "R$ 10,00 [a]"),
        ("$time[zone]", {}),
        ("$error[b][error_description]", "no"),
    ],
)
def test_references_are_put_in(value: str, expected: Any) -> None:
    assert resolve(value, ANSWERS) == expected


def test_a_half_resolved_path_gives_the_whole_map() -> None:
    assert resolve({"f": {"id": "$result[b][element][id]"}}, ANSWERS) == {"f": {"id": ANSWERS["result"]}}


def test_a_path_that_stops_later_gives_what_was_reached() -> None:
    assert resolve("$result[a][element][gone]", ANSWERS) == {"id": 7, "name": "Copo"}


@given(st.text().filter(lambda text: "$" not in text))
def test_texts_without_a_dollar_stay_as_they_are(text: str) -> None:
    assert resolve({"x": text}, ANSWERS) == {"x": text}


def _echo(name: str, params: dict[str, Any]) -> dict[str, Any]:
    match name:
        case "fail":
            raise RestError(0, "no")
        case "nothing":
            return {"result": None, "time": {}}
        case "list":
            return {"result": [1], "total": 60, "next": 50, "time": {"operating": 1}}
    return {"result": params, "time": {}}


def test_answers_stand_by_key_and_empty_maps_are_lists() -> None:
    answer = run_batch({"cmd": {"a": "echo?x=1&y[z]=%2B", "b": "fail", "c": "list"}}, _echo)
    assert answer["result"] == {"a": {"x": "1", "y": {"z": "+"}}, "c": [1]}
    assert answer["result_error"] == {"b": {"error": "0", "error_description": "no"}}
    assert (answer["result_total"], answer["result_next"]) == ({"c": 60}, {"c": 50})
    assert answer["result_time"] == {"a": {}, "c": {"operating": 1}}
    assert run_batch({"cmd": {}}, _echo) == {key: [] for key in answer}


@pytest.mark.parametrize(
    ("halt", "ran"), [(1, False), ("1", False), (True, False), (0, True), ("0", True), (None, True)]
)
def test_halt_stops_after_the_first_failure(halt: Any, ran: bool) -> None:
    answer = run_batch({"halt": halt, "cmd": {"a": "fail", "b": "echo?x=1"}}, _echo)
    assert ("b" in answer["result"]) is ran
    assert "a" in answer["result_error"]


def test_without_halt_a_command_that_refers_to_a_failed_one_still_runs() -> None:
    sent = {"cmd": {"a": "echo?x=1", "b": "fail", "c": "echo?id=$result[b][id]"}}
    assert run_batch(sent, _echo)["result"]["c"] == {"id": {"a": {"x": "1"}}}


def test_surplus_commands_alone_fail() -> None:
    answer = run_batch({"cmd": {f"c{n}": "echo?x=1" for n in range(52)}}, _echo)
    assert len(answer["result"]) == 50
    assert list(answer["result_error"]) == ["c50", "c51"]
    assert answer["result_error"]["c50"]["error"] == "ERROR_BATCH_LENGTH_EXCEEDED"


def test_commands_that_are_no_texts_are_skipped() -> None:
    answer = run_batch({"cmd": {"a": 5, "b": ["echo"], "c": "echo?x=1"}}, _echo)
    assert (answer["result"], answer["result_error"]) == ({"c": {"x": "1"}}, [])


@pytest.mark.parametrize("name", ["batch", "BATCH", "upload", "download"])
def test_no_batch_inside_a_batch(name: str) -> None:
    answer = run_batch({"cmd": {"a": f"{name}?cmd[x]=echo"}}, _echo)
    assert answer["result_error"]["a"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


def test_keys_from_nought_on_come_back_as_a_list() -> None:
    answer = run_batch({"cmd": ["echo?x=1", "fail", "echo?x=2"]}, _echo)
    assert answer["result"] == {"0": {"x": "1"}, "2": {"x": "2"}}
    assert run_batch({"cmd": {"0": "echo?x=1", "1": "echo?x=2"}}, _echo)["result"] == [{"x": "1"}, {"x": "2"}]


def test_a_null_result_is_absent() -> None:
    assert run_batch({"cmd": {"a": "nothing"}}, _echo)["result"] == []
