"""What tokens of the sandbox's portals allow, and for how long."""

from __future__ import annotations

from sandbox.bitrix24.tokens import ACCESS_S, CODE_S, REFRESH_S, Token, Tokens


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_token_allows_what_was_granted() -> None:
    token = Token("t", "m", 1, "app", frozenset({"crm"}), None)
    assert token.allows(())
    assert token.allows(("crm",))
    assert not token.allows(("userfieldconfig", "crm"))


def test_the_outsider_may_everything_for_ever() -> None:
    clock = Clock()
    tokens = Tokens(clock)
    token = tokens.outsider("m")
    clock.seconds += 10 * REFRESH_S
    assert token.outsider
    assert token.allows(("anything",))
    assert not tokens.expired(token)


def test_lifetimes_end_to_the_second() -> None:
    clock = Clock()
    tokens = Tokens(clock)
    pair, code = tokens.issue("m", 1), tokens.code("m", 1)
    clock.seconds += CODE_S - 1
    assert tokens.take_code(code) is not None
    clock.seconds = 1000.0 + ACCESS_S - 1
    assert not tokens.expired(pair.access)
    clock.seconds += 1
    assert tokens.expired(pair.access)
    clock.seconds = 1000.0 + REFRESH_S
    assert tokens.take_refresh(pair.refresh) is None


def test_uninstalling_spares_other_portals_and_the_outsider() -> None:
    tokens = Tokens(Clock())
    mine, other, outsider = tokens.issue("m", 1), tokens.issue("o", 1), tokens.outsider("m")
    tokens.revoke("m")
    assert tokens.find(mine.access.value) is None
    assert tokens.orphaned(mine.refresh)
    assert tokens.find(other.access.value) is not None
    assert tokens.find(outsider.value) is not None
