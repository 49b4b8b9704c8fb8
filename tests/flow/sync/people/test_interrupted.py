"""What happens to customers when something goes wrong on the way."""

from __future__ import annotations

import msgspec
import pytest

from connector.bitrix24.crm_setup import prepare_crm
from connector.bitrix24.packer import LeaseTooShort
from connector.domain.vendor import Provider, Rejected, Throttled, Transient
from tests.support.people_desk import (
    CPF,
    FIRM,
    NOW,
    Desk,
    link,
)

# Interrupted


async def test_a_contact_left_without_requisites_is_made_good_and_not_doubled(desk: Desk):
    left = desk.item(originatorId="ponte", originId=f"cpf:{CPF}")
    (party,) = await desk.resolve(desk.knows())
    assert (party.bitrix_id, party.made, party.error) == (left, False, None)
    assert len(desk.items()) == 1
    assert desk.requisites(left)[0]["RQ_CPF"] == CPF
    assert len(desk.addresses()) == 1


async def test_a_document_that_somebody_changed_by_hand_is_left_alone(desk: Desk):
    left = desk.carrying("11144477735", originatorId="ponte", originId=f"cpf:{CPF}")
    (party,) = await desk.resolve(desk.knows())
    assert party.bitrix_id == left
    assert [one["RQ_CPF"] for one in desk.requisites(left)] == ["11144477735"]


async def test_a_dry_run_makes_nothing_good(desk: Desk):
    left = desk.item(originatorId="ponte", originId=f"cpf:{CPF}")
    (party,) = await desk.resolve(desk.knows(), may_write=False)
    assert party.bitrix_id == left
    assert desk.requisites(left) == []


async def test_a_create_whose_answer_is_lost_is_in_doubt_and_found_later(desk: Desk):
    desk.spoil("crm.item.add", drop=True)
    (party,) = await desk.resolve(desk.knows())
    assert (party.bitrix_id, party.made, party.in_doubt) == (None, False, True)
    assert isinstance(party.error, Transient)
    (again,) = await desk.resolve(desk.party())
    assert [one["id"] for one in desk.items()] == [again.bitrix_id]
    assert desk.requisites(again.bitrix_id)[0]["RQ_CPF"] == CPF


async def test_everyone_who_waits_for_a_create_in_doubt_is_in_doubt(desk: Desk):
    desk.spoil("crm.item.add", drop=True)
    one, other = await desk.resolve(desk.knows(7, numeroDocumento=""), desk.knows(8, numeroDocumento=""))
    assert (one.in_doubt, other.in_doubt) == (True, True)
    assert len(desk.items()) == 1


async def test_requisites_that_failed_are_made_good_the_next_time(desk: Desk):
    desk.spoil("crm.requisite.add", status=500, error="INTERNAL_SERVER_ERROR")
    (party,) = await desk.resolve(desk.knows())
    assert (party.made, type(party.error)) == (True, Transient)
    assert desk.requisites(party.bitrix_id) == []
    (again,) = await desk.resolve(desk.party())
    assert (again.bitrix_id, again.made, again.error) == (party.bitrix_id, False, None)
    assert desk.requisites(party.bitrix_id)[0]["RQ_CPF"] == CPF


async def test_nobody_is_made_while_an_earlier_create_may_be_under_way(desk: Desk):
    party = desk.knows()
    party.link = link(party, creating_at=NOW)
    await desk.resolve(party, is_settling=lambda sent: sent == NOW)
    assert (party.bitrix_id, party.in_doubt) == (None, True)
    assert (desk.items(), desk.read) == ([], [])


async def test_refused_requisites_leave_the_person_and_say_why(desk: Desk):
    desk.places = msgspec.structs.replace(await prepare_crm(desk.client), person_preset=999)
    (party,) = await desk.resolve(desk.knows())
    assert party.made
    assert party.error is None
    assert party.detail == "PRESET_ID is not defined or invalid."


async def test_a_lease_that_ends_meanwhile_leaves_nobody_waiting(desk: Desk):
    desk.packer.before["crm.item.add"] = lambda: setattr(desk, "lasts", False)
    people, party = await desk.people(), desk.knows()
    with pytest.raises(LeaseTooShort):
        await people.resolve([party])
    assert {case.in_doubt for case in desk.making.values()} == {True}
    assert all(case.answered.is_set() for case in desk.making.values())
    assert desk.items() == []


# Refused


async def test_a_portal_with_a_required_field_says_which(desk: Desk):
    desk.require_field()
    (party,) = await desk.resolve(desk.knows())
    assert isinstance(party.error, Rejected)
    assert party.provider is Provider.BITRIX24
    assert "Cor preferida" in party.error.text
    assert (party.bitrix_id, party.made, party.in_doubt) == (None, False, False)


async def test_one_refusal_does_not_stop_the_others(desk: Desk):
    desk.require_field()
    refused, firm = desk.knows(7), desk.knows(8, **FIRM)
    await desk.resolve(refused, firm)
    assert refused.error is not None
    assert (firm.error, firm.made) == (None, True)


@pytest.mark.parametrize("method", ["crm.requisite.list", "crm.duplicate.findbycomm"])
async def test_nobody_is_made_when_a_look_up_failed(desk: Desk, method: str):
    await desk.people()
    desk.spoil(method, status=500, error="INTERNAL_SERVER_ERROR")
    (party,) = await desk.resolve(desk.knows())
    assert isinstance(party.error, Transient)
    assert (party.bitrix_id, party.in_doubt, desk.items()) == (None, False, [])


async def test_nobody_is_made_when_bling_cannot_be_asked(desk: Desk):
    desk.contacts[7] = Throttled("limite", until=NOW)
    (party,) = await desk.resolve(desk.party())
    assert (type(party.error), party.provider) == (Throttled, Provider.BLING)
    assert desk.items() == []
