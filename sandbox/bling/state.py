"""All of Bling's side: companies, authorisations, limits, webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sandbox.bling.company import Company, Profile
from sandbox.bling.demo import open_demo
from sandbox.bling.limits import Limits
from sandbox.bling.oauth import Authorisations
from sandbox.bling.scopes import SCOPE_IDS
from sandbox.bling.trial import Trial
from sandbox.bling.webhooks import Webhooks
from sandbox.core.world import World, WorldKind

PROFILES = (
    Profile("aurora", "Aurora Utilidades Domésticas Ltda", "11.222.333/0001-81", "contato@aurora.example"),
    Profile("serra", "Serra Azul Cafés Especiais Ltda", "45.723.174/0001-10", "contato@serraazul.example"),
    Profile("ipe", "Ipê Papelaria e Presentes Ltda", "60.316.817/0001-03", "contato@ipe.example"),
    Profile(
        "aurora-filial",
        "Aurora Utilidades (Filial Curitiba)",
        "11.222.333/0002-62",
        "curitiba@aurora.example",
    ),
    Profile("litoral", "Litoral Esportes Náuticos Ltda", "07.526.557/0001-00", "contato@litoral.example"),
)


class BlingState:
    """Bling as the sandbox plays it. `reset` brings back the start."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.limits = Limits(world.clock, world.switches)
        self.oauth = Authorisations(world.clock, SCOPE_IDS)
        self.webhooks = Webhooks(world.clock, self.oauth.authorised, lambda: world.app_url)
        self.homologation = Trial()
        self.missing_scopes: dict[str, frozenset[str]] = {}
        self.companies: dict[str, Company] = {}
        self.outsider_tokens: dict[str, str] = {}
        self._opening = False
        self._populate()

    def reset(self) -> None:
        """Forget all records, grants and waiting webhooks, then open the same world again."""
        self.limits.clear()
        self.oauth.clear()
        self.webhooks.clear()
        self.missing_scopes.clear()
        self.homologation = Trial()
        self._populate()

    def company(self, name: str) -> Company | None:
        """The company with this id, or the one of the tenant or portal with this name."""
        own = self.companies.get(name)
        if own is not None:
            return own
        tenant = self.world.tenants.find(name)
        return self.companies.get(tenant.company_id or "") if tenant else None

    def _populate(self) -> None:
        made = [
            Company(profile, index, self.world.clock, self.webhooks.publish, self._later)
            for index, profile in enumerate(PROFILES)
        ]
        self.companies = {company.id: company for company in made}
        self.outsider_tokens = {company.id: self.oauth.outsider_token(company.id) for company in made}
        if self.world.kind is WorldKind.DEMO:
            self._opening = True
            open_demo(made)
            self._opening = False

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        if self._opening:
            act()
            return
        companies = self.companies

        def unless_reset() -> None:
            if self.companies is companies:
                act()

        asyncio.get_running_loop().call_later(seconds, unless_reset)
