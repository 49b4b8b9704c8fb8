"""The calls of the reference lists."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.bling.bodies import Body, ok, reference
from sandbox.bling.context import Context, Routes
from sandbox.bling.errors import not_found
from sandbox.bling.references import MODULES, SALES_MODULE
from sandbox.core.http import Answer

CUSTOM_FIELD_MODULES: tuple[Body, ...] = tuple(
    {
        "id": module_id,
        "nome": name,
        "modulo": module,
        "agrupador": group,
        "permissoes": [{"nome": name, "modulo": module, "autorizado": True}],
    }
    for module_id, name, module, group in (
        (98309, "Produtos", "Produtos", "Categoria"),
        (98308, "Clientes e Fornecedores", "Contatos", "Tipo de contato"),
    )
)


def _page(context: Context, rows: Iterable[Body]) -> Answer:
    return ok(context.query.page(iter(rows)))


def _one(context: Context, rows: Iterable[Body]) -> Answer:
    for row in rows:
        if row["id"] == context.ids[-1]:
            return ok(row)
    raise not_found()


def _company(context: Context) -> Answer:
    return ok(context.company.basics())


def _categories(context: Context) -> Answer:
    return _page(context, context.company.references.categories)


def _category(context: Context) -> Answer:
    return _one(context, context.company.references.categories)


def _add_category(context: Context) -> Answer:
    return ok({"id": context.company.references.add_category(context.sent)}, 201)


def _deposits(context: Context) -> Answer:
    """`situacao` defaults to active."""
    situation, name = context.query.choice("situacao", (0, 1), 1), context.query.text("descricao")
    rows = (
        deposit
        for deposit in context.company.references.deposits
        if deposit["situacao"] == situation and (name is None or name.lower() in deposit["descricao"].lower())
    )
    return _page(context, rows)


def _deposit(context: Context) -> Answer:
    return _one(context, context.company.references.deposits)


def _modules(context: Context) -> Answer:
    return ok(list(MODULES))


def _module_situations(context: Context) -> Answer:
    if context.ids[0] != SALES_MODULE:
        if any(module["id"] == context.ids[0] for module in MODULES):
            return ok([])
        raise not_found()
    return ok([situation.shown() for situation in context.company.references.situations.values()])


def _transitions(context: Context) -> Answer:
    if any(module["id"] == context.ids[0] for module in MODULES):
        return ok([])
    raise not_found()


def _situation(context: Context) -> Answer:
    return ok(context.company.references.situation(context.ids[0]).shown())


def _sellers(context: Context) -> Answer:
    """`situacaoContato` defaults to active."""
    wanted = context.query.letters("situacaoContato", "AISET", "A")
    rows = (
        seller
        for seller in context.company.references.sellers
        if wanted in ("T", seller["contato"]["situacao"])
    )
    return _page(context, rows)


def _seller(context: Context) -> Answer:
    for seller in context.company.references.sellers:
        if seller["id"] == context.ids[0]:
            return ok(seller | {"comissoes": [{"descontoMaximo": 10, "aliquota": 2}]})
    raise not_found()


def _channels(context: Context) -> Answer:
    situation, kinds = context.query.integer("situacao"), context.query.texts("tipos")
    rows = (
        {key: value for key, value in channel.items() if key != "filiais"}
        for channel in context.company.references.channels
        if situation in (None, channel["situacao"]) and (kinds is None or channel["tipo"] in kinds)
    )
    return _page(context, rows)


def _channel(context: Context) -> Answer:
    return _one(context, context.company.references.channels)


def _payments(context: Context) -> Answer:
    situation, name = context.query.integer("situacao"), context.query.text("descricao")
    rows = (
        payment
        for payment in context.company.references.payments
        if situation in (None, payment["situacao"])
        and (name is None or name.lower() in payment["descricao"].lower())
    )
    return _page(context, rows)


def _payment(context: Context) -> Answer:
    return _one(context, context.company.references.payments)


def _field_modules(context: Context) -> Answer:
    return ok(list(CUSTOM_FIELD_MODULES))


def _fields(context: Context) -> Answer:
    known = {reference(module) for module in CUSTOM_FIELD_MODULES}
    if context.ids[0] not in known:
        raise not_found()
    rows = context.company.references.custom_fields if context.ids[0] == 98309 else []
    return _page(context, rows)


ROUTES: Routes = {
    "empresas/me/dados-basicos": {"GET": _company},
    "categorias/produtos": {"GET": _categories, "POST": _add_category},
    "categorias/produtos/{}": {"GET": _category},
    "depositos": {"GET": _deposits},
    "depositos/{}": {"GET": _deposit},
    "situacoes/modulos": {"GET": _modules},
    "situacoes/modulos/{}": {"GET": _module_situations},
    "situacoes/modulos/{}/transicoes": {"GET": _transitions},
    "situacoes/{}": {"GET": _situation},
    "vendedores": {"GET": _sellers},
    "vendedores/{}": {"GET": _seller},
    "canais-venda": {"GET": _channels},
    "canais-venda/{}": {"GET": _channel},
    "formas-pagamentos": {"GET": _payments},
    "formas-pagamentos/{}": {"GET": _payment},
    "campos-customizados/modulos": {"GET": _field_modules},
    "campos-customizados/modulos/{}": {"GET": _fields},
}
