"""Is Bling still sending? Each resource's messages against the usual of the same hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from connector.domain import pulse
from connector.store.operator_pulse import Count, Silence
from connector.store.silences import Silence as SilentAccount
from dashboard import formats
from dashboard.operator.telling import words
from dashboard.operator.views import Beat, Pulse, SilentLine
from dashboard.reader import _
from dashboard.views.parts import Chip

#: Minutes that the present rate is the mean of.
WINDOW = 5
#: Size of the drawing.
WIDTH, HEIGHT = 240, 40
HOURS = 24


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted."""

    hours: list[Count]
    #: Of the last `WINDOW` whole minutes.
    minutes: list[Count]
    last: dict[str, datetime]
    silences: list[Silence]
    #: Accounts that are silent by themselves.
    accounts: list[SilentAccount] = []
    now: datetime


def page(heard: Heard) -> Pulse:
    """The whole screen."""
    return Pulse(beats=beats(heard), silent=tuple(_silent(one) for one in heard.accounts if one.is_raised))


def _silent(one: SilentAccount) -> SilentLine:
    return SilentLine(
        url=f"/operator/clientes/{one.tenant_id}",
        tenant=one.tenant,
        account=one.account + (" · " + _("aplicativo próprio") if one.has_own_app else ""),
        missed=formats.number(one.missed),
        since=one.since,
    )


def beats(heard: Heard) -> tuple[Beat, ...]:
    """Resource by resource, the silent ones first."""
    hours = pulse.by_resource((one.resource, one.at, one.n) for one in heard.hours)
    silent = {one.resource for one in heard.silences}
    known = sorted(hours.keys() | silent, key=lambda name: (name not in silent, name))
    return tuple(_beat(name, hours.get(name, {}), name in silent, heard) for name in known)


def rate(heard: Heard) -> tuple[float, float]:
    """All resources' messages a minute: now, and usually at this hour."""
    hours = pulse.by_resource((one.resource, one.at, one.n) for one in heard.hours)
    hour = pulse.hour_of(heard.now)
    now = sum(one.n for one in heard.minutes) / WINDOW
    return now, sum(pulse.usual(one, hour) for one in hours.values()) / 60


def _beat(name: str, hours: pulse.Hours, silent: bool, heard: Heard) -> Beat:
    now = sum(one.n for one in heard.minutes if one.resource == name) / WINDOW
    usual = pulse.usual(hours, pulse.hour_of(heard.now)) / 60
    slots = [pulse.hour_of(heard.now) - timedelta(hours=back) for back in range(HOURS - 1, -1, -1)]
    counted = [float(hours.get(slot, 0)) for slot in slots]
    usuals = [pulse.usual(hours, slot) for slot in slots]
    top = max(*counted, *usuals, 1.0)
    return Beat(
        name=words.resource(name),
        resource=name,
        chip=Chip(_("Em silêncio"), "need") if silent else Chip(_("Enviando"), "ok"),
        now=per_minute(now),
        usual=per_minute(usual) if usual else "–",
        last_at=heard.last.get(name),
        drawn=_line(counted, top),
        drawn_usual=_line(usuals, top) if any(usuals) else "",
    )


def per_minute(value: float) -> str:
    """`401`, `2,4`, `0,03`: as many decimals as it takes to see something."""
    digits = 0 if value >= 10 or not value else 1 if value >= 1 else 2
    return formats.decimal(Decimal(f"{value:.{digits}f}"))


def _line(values: Sequence[float], top: float) -> str:
    step = WIDTH / (len(values) - 1)
    spots = (
        f"{i * step:.1f},{HEIGHT - 1 - value / top * (HEIGHT - 2):.1f}" for i, value in enumerate(values)
    )
    return " ".join(spots)
