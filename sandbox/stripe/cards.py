"""What happens when a payment method is charged: chosen by the card's number, as with Stripe's test cards."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Nature(StrEnum):
    """How a payment method behaves."""

    PAYS = "pays"
    DECLINED = "declined"
    NO_FUNDS = "no_funds"
    ATTACHES_ONLY = "attaches_only"
    PAYS_ONCE = "pays_once"
    BOLETO_PAID = "boleto_paid"
    BOLETO_UNPAID = "boleto_unpaid"


class Refusal(msgspec.Struct, frozen=True):
    """Why a charge was declined."""

    code: str
    message: str


class Card(msgspec.Struct, frozen=True):
    """A card that people choose on the sandbox's pages."""

    number: str
    nature: Nature
    label: str


CARDS = (
    Card("4242424242424242", Nature.PAYS, "Cartão bom"),
    Card("4000000000000002", Nature.DECLINED, "Cartão recusado"),
    Card("4000000000009995", Nature.NO_FUNDS, "Cartão sem limite"),
    Card("4000000000000341", Nature.ATTACHES_ONLY, "Cartão aceito, cobranças recusadas"),
    Card("4000000000009987", Nature.PAYS_ONCE, "Cartão que paga uma vez e depois falha"),
)
"""Stripe's numbers, but for the last one, which is the sandbox's own."""

BOLETOS = (
    Card("boleto", Nature.BOLETO_PAID, "Boleto, pago dias depois"),
    Card("boleto-unpaid", Nature.BOLETO_UNPAID, "Boleto que ninguém paga"),
)

BY_NUMBER = {card.number: card for card in (*CARDS, *BOLETOS)}
TEST_NAMES = {
    "pm_card_visa": "4242424242424242",
    "tok_visa": "4242424242424242",
    "pm_card_chargeDeclined": "4000000000000002",
    "tok_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "tok_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "tok_chargeCustomerFail": "4000000000000341",
}
"""Stripe's names of test payment methods and tokens."""

UNATTACHABLE = (Nature.DECLINED, Nature.NO_FUNDS)
"""These cannot even be saved."""

_DECLINED = Refusal("generic_decline", "Your card was declined.")
_NO_FUNDS = Refusal("insufficient_funds", "Your card has insufficient funds.")
_REFUSALS = {
    Nature.DECLINED: _DECLINED,
    Nature.NO_FUNDS: _NO_FUNDS,
    Nature.ATTACHES_ONLY: _DECLINED,
}


def card_of(number: str) -> Card | None:
    """The test card with this number, however it is spaced; None for a number that is none of them."""
    return BY_NUMBER.get("".join(number.split()))


def refusal_of(nature: Nature) -> Refusal | None:
    """Why such a card is declined when it is charged; None if it pays."""
    return _REFUSALS.get(nature)


def after_charge(nature: Nature) -> Nature:
    """How it behaves once it has paid."""
    return Nature.NO_FUNDS if nature is Nature.PAYS_ONCE else nature


def is_boleto(nature: Nature) -> bool:
    """Whether the money comes days later, if at all."""
    return nature in (Nature.BOLETO_PAID, Nature.BOLETO_UNPAID)
