"""What the control surface takes. A wrong field is refused with 400 that names it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sandbox.bling.invoices import Act
from sandbox.core.deliveries import Mode

Provider = Literal["bling", "bitrix24", "stripe"]
Count = Annotated[int, Meta(ge=0, le=200_000)]


class FaultOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/faults`."""

    provider: Provider
    times: Annotated[int, Meta(ge=1)]
    tenant: str | None = None
    method: str | None = None
    status: Annotated[int, Meta(ge=200, le=599)] | None = None
    error: str | None = None
    delay_ms: Annotated[int, Meta(ge=0, le=600_000)] = 0
    drop: bool = False


class WebhookOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/webhooks`; `also` (Bling's alone) absent leaves the second address as it is.

    `provider` absent: the mode of both that send signed webhooks.
    """

    mode: Mode = Mode.ON
    provider: Literal["bling", "stripe"] | None = None
    also: str | msgspec.UnsetType | None = msgspec.UNSET


class LimitsOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/limits`; an absent switch stays as it is."""

    enforce: bool | None = None
    operating_cost_s: Annotated[float, Meta(ge=0)] | None = None


class FramingOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/framing`: whether Bling's consent page may stand in another site's frame."""

    bling: bool


class ClockOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/clock`, in seconds."""

    advance_s: Annotated[float, Meta(ge=0)]


class SeedOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/seed`; `tenant` is Ponte's id, a company id or a member id.

    `customers` absent: about three of four orders bring a new one. Another `seed` makes other orders.
    """

    tenant: str
    products: Count = 0
    orders: Count = 0
    customers: Count | None = None
    seed: int = 1


class NoteOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/notes`: what people and the tax office do to an NF-e or NFC-e."""

    tenant: str
    note: int
    act: Act


class GrantOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/grant`: consent of a company, or a finished installation in a portal by a user of it."""

    provider: Literal["bling", "bitrix24"]
    company_id: str | None = None
    member_id: str | None = None
    user_id: int = 1


class TenantOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/tenants`: Ponte's id of the tenant that has these connections."""

    tenant: str
    company_id: str | None = None
    member_id: str | None = None


class ScopesOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/scopes`: resources (first parts of paths) that the company's grant lacks."""

    company_id: str
    missing: list[str]


class InventoryOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /control/inventory`: switch a portal's inventory management on or off."""

    member_id: str
    enabled: bool


class AddressOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`PUT /control/app-url`."""

    url: str


class MailOrder(msgspec.Struct, frozen=True):
    """`POST /mail`: one mail from Ponte's mailer."""

    to: str
    subject: str
    text: str = ""
    html: str = ""
