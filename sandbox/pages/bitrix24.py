"""A portal's catalogue and CRM, to look at while Ponte works; a person may change and delete deals."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from sandbox.bitrix24 import crm_items
from sandbox.bitrix24.crm import Crm, Entity
from sandbox.bitrix24.element_fields import got
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.portal import Portal
from sandbox.bitrix24.registry import Call
from sandbox.core.world import World
from sandbox.pages.bling import FormOf
from sandbox.pages.rendering import page

SHOWN = 200
_DEAL = "/pages/bitrix24/{member_id:str}/deals/{deal_id:int}"


class DealForm(msgspec.Struct, frozen=True):
    """What a person may change of a deal; what was not sent stays."""

    title: str | None = None
    stageId: str | None = None

    def sent(self) -> dict[str, str]:
        """As the portal's REST takes it."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}


@get("/pages/bitrix24/{member_id:str}", sync_to_thread=False)
def show_portal(member_id: str, world: World) -> Response[str]:
    """Products with their base prices, deals, contacts and companies, newest first; it keeps itself fresh."""
    portal = portal_of(world, member_id)
    catalogue, crm = portal.catalogue, portal.crm
    elements = list(islice(reversed(catalogue.elements.values()), SHOWN))
    shown = {element.id for element in elements}
    return page(
        "bitrix24.html",
        portal.plan.domain,
        member_id=member_id,
        products=[got(catalogue, element) for element in elements],
        more=max(0, len(catalogue.elements) - SHOWN),
        prices=_base_prices([row for row in catalogue.prices.values() if row["productId"] in shown]),
        deals=_newest(crm, Entity.DEAL),
        more_deals=max(0, len(crm.items[Entity.DEAL]) - SHOWN),
        stages={stage.status_id: stage.name for stage in crm.stages},
        pipelines={category.id: category.name for category in crm.categories},
        people=[(person, _documents(crm, entity, person)) for entity, person in _newest_people(crm)],
    )


@get(_DEAL, sync_to_thread=False)
def show_deal(member_id: str, deal_id: int, world: World) -> Response[str]:
    """One deal: stage, amount, rows, people with their requisites, comments."""
    portal = portal_of(world, member_id)
    deal = _deal(portal, deal_id)
    crm = portal.crm
    wanted = {Entity.CONTACT: deal["contactIds"], Entity.COMPANY: [deal["companyId"]]}
    people = [
        (person, _documents(crm, entity, person))
        for entity, ids in wanted.items()
        for person in map(crm.items[entity].get, ids)
        if person
    ]
    comments = [
        row["COMMENT"]
        for row in crm.comments.values()
        if (row["ENTITY_TYPE"], row["ENTITY_ID"]) == ("deal", str(deal_id))
    ]
    return page(
        "deal.html",
        deal["title"],
        member_id=member_id,
        portal=portal,
        deal=deal,
        rows=crm.rows.get((Entity.DEAL.letter, deal_id), []),
        stages=crm.stages_of(deal["categoryId"]),
        people=people,
        comments=comments,
        custom={name: deal[name] for name in crm.custom_names(Entity.DEAL) if deal[name]},
    )


@post(_DEAL, sync_to_thread=False)
def change_deal(
    member_id: str, deal_id: int, data: Annotated[DealForm, FormOf], world: World
) -> Redirect | Response[str]:
    """Change a deal's title or move it, as its owner would."""
    portal, where = portal_of(world, member_id), f"/pages/bitrix24/{member_id}/deals/{deal_id}"
    try:
        crm_items.update(by_hand(world, portal), Entity.DEAL, _deal(portal, deal_id), data.sent())
    except RestError as refusal:
        reasons = [refusal.description]
        return page("refused.html", "Não deu certo", status=400, reasons=reasons, back=where)
    return Redirect(where, status_code=303)


@post(f"{_DEAL}/delete", sync_to_thread=False)
def delete_deal(member_id: str, deal_id: int, world: World) -> Redirect:
    """Delete a deal."""
    portal = portal_of(world, member_id)
    _deal(portal, deal_id)
    crm_items.delete(by_hand(world, portal), Entity.DEAL, deal_id)
    return Redirect(f"/pages/bitrix24/{member_id}", status_code=303)


def portal_of(world: World, member_id: str) -> Portal:
    """The portal with this member id; 404 if there is none."""
    portal = world.bitrix24.by_member_id.get(member_id)
    if portal is None:
        raise NotFoundException("Este portal não existe.")
    return portal


def _deal(portal: Portal, deal_id: int) -> dict[str, Any]:
    found = portal.crm.items[Entity.DEAL].get(deal_id)
    if found is None:
        raise NotFoundException("Este negócio não existe mais.")
    return found


def by_hand(world: World, portal: Portal) -> Call:
    """What the portal's administrator does in its own screens."""
    return Call(portal, world.bitrix24.tokens.outsider(portal.member_id), {}, world.clock.real())


def _newest(crm: Crm, entity: Entity) -> list[dict[str, Any]]:
    return list(islice(reversed(crm.items[entity].values()), SHOWN))


def _newest_people(crm: Crm) -> list[tuple[Entity, dict[str, Any]]]:
    """Contacts and companies by time of their making."""
    both = [(entity, item) for entity in (Entity.CONTACT, Entity.COMPANY) for item in _newest(crm, entity)]
    return sorted(both, key=lambda pair: str(pair[1]["createdTime"]), reverse=True)[:SHOWN]


def _documents(crm: Crm, entity: Entity, person: dict[str, Any]) -> str:
    rows = [crm.requisites[found] for found in crm.requisites_of(entity, person["id"])]
    return ", ".join(row[name] for row in rows for name in ("RQ_CPF", "RQ_CNPJ") if row[name])


def _base_prices(prices: list[dict[str, Any]]) -> dict[str, object]:
    """The price of the lowest price type by product; BASE comes first in every portal."""
    ordered = sorted(prices, key=lambda price: int(price["catalogGroupId"]), reverse=True)
    return {str(price["productId"]): price["price"] for price in ordered}
