"""Invented: Configuração › Produto in its states."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from connector.account.deal_lists import Trouble
from connector.account.field_lists import FieldLists
from connector.account.mapping_flaws import Flaw, RuleError
from connector.account.mappings import BadMapping
from connector.account.people import Viewer
from connector.domain.events import Kind, Reason
from connector.domain.field_watch import FieldChange, Side, What
from connector.domain.fields import Field, FieldType, Option, PortalFields
from connector.domain.mapping import PRODUCT_RULES, MappingVersion, Rule
from connector.domain.transforms import Choice, HtmlText, Text, Unit
from connector.domain.vendor import ConnectionState
from connector.store.connections import Account, Portal
from connector.store.people import Role
from connector.sync.preview import FieldPreview, Preview, Problem, RecordPreview
from dashboard.telling import mapping_form, mapping_preview, rules
from dashboard.telling.field_words import words_of
from dashboard.telling.known import Surroundings
from dashboard.telling.mapping import Said, editor, version
from dashboard.telling.mapping_errors import errors_in
from dashboard.telling.mapping_form import Wish
from dashboard.telling.mapping_known import Known
from dashboard.views.mapping import Apply
from dashboard.views.product import Product
from dashboard.views.rules import Option as Toggle

NOON = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
NOBODY = UUID(int=0)
SECTIONS = (Option("21", "Casa › Copos"), Option("22", "Casa › Chaleiras"))
FIELDS = PortalFields(
    product=(
        Field(
            name="measure", title="Unidade de medida", type=FieldType.CHOICE, options=(Option("9", "Peça"),)
        ),
        Field(name="weight", title="Peso (g)", type=FieldType.NUMBER),
        Field(name="width", title="Largura (mm)", type=FieldType.NUMBER),
        Field(name="detailText", title="Descrição completa", type=FieldType.HTML),
        Field(name="iblockSectionId", title="Seção", type=FieldType.CHOICE, options=SECTIONS),
        Field(name="property118", title="Marca", type=FieldType.TEXT),
        Field(name="property119", title="GTIN", type=FieldType.TEXT),
    ),
)
RULES = (
    Rule(id="marca", bling="marca", bitrix24="property118", transform=Text(), policy="keep"),
    Rule(id="peso", bling="pesoLiquido", bitrix24="weight", transform=Unit(source="kg", target="g")),
    Rule(
        id="categoria",
        bling="categoria.id",
        bitrix24="iblockSectionId",
        transform=Choice(table={"901": "21"}),
    ),
    Rule(id="cor", bling="camposCustomizados.48213", bitrix24="property131", transform=Text()),
    Rule(
        id="curta", bling="descricaoCurta", bitrix24="property119", transform=HtmlText(), direction="import"
    ),
)
WATCH = (
    FieldChange(side=Side.BITRIX24, what=What.REMOVED, field="property131", title="Cor", rules=("cor",)),
    FieldChange(side=Side.BITRIX24, what=What.APPEARED, field="property140", title="Voltagem"),
)
ACCOUNT = Account(
    id=NOBODY,
    company_id="0123456789abcdef0123456789abcdef",
    name="Matriz",
    account_key="chave",
    main=True,
    state=ConnectionState.CONNECTED,
    connected_at=NOON,
    state_since=NOON,
    created_at=NOON,
)
PORTAL = Portal(
    member_id="m",
    client_endpoint="https://aurora.bitrix24.com.br/rest/",
    oauth_url="https://oauth.bitrix24.tech/",
    product_link_property=212,
    state=ConnectionState.CONNECTED,
    connected_at=NOON,
    state_since=NOON,
    created_at=NOON,
)
OPTIONS = (
    ("product.create", "Criação no Bling ERP cria produto no Bitrix24", True),
    ("product.update", "Alterações no Bling ERP atualizam o Bitrix24", True),
    ("product.delete", "Exclusão no Bling ERP desativa o produto no Bitrix24", False),
)


def full() -> Product:
    """Own rules, one of them refused, with a preview."""
    known = what_is_known()
    there = mapping_form.saved(known.mapping)
    index = len(PRODUCT_RULES) + 3
    gone = BadMapping((RuleError(index, "bitrix24", Flaw.NOT_THERE, "gone"),))
    seen = mapping_preview.told(_seen(), words_of(known.lists))
    apply = Apply(sentence="4.790 produtos já estão sincronizados.", button="Aplicar a todos")
    said = Said(unsaved=True, errors=errors_in(gone, known.mapping), preview=seen, apply=apply)
    return _product(known, there, said, connected=True)


def empty() -> Product:
    """No rule of one's own, and nothing connected."""
    known = Known(
        mapping=MappingVersion(kind=Kind.PRODUCT, version=1, rules=PRODUCT_RULES),
        saved_at=None,
        lists=FieldLists(),
    )
    return _product(known, mapping_form.saved(known.mapping), Said())


def reading() -> Product:
    """For who may only read, while Bitrix24 is away."""
    known = what_is_known(trouble=Trouble.AWAY)
    return _product(known, mapping_form.saved(known.mapping), Said(), role=Role.VIEWER, connected=True)


def what_is_known(trouble: Trouble | None = None) -> Known:
    """Fields of both sides, and a mapping of seven versions."""
    lists = FieldLists(
        portal=FIELDS,
        portal_at=NOON,
        custom=(Field(name="camposCustomizados.48213", title="Cor", type=FieldType.TEXT),),
        categories=(Option("901", "Casa › Copos"), Option("902", "Casa › Chaleiras")),
        accounts_at=NOON,
        trouble=trouble,
    )
    mapping = MappingVersion(
        kind=Kind.PRODUCT, version=7, rules=(*PRODUCT_RULES, *RULES), filter={"tipo": ["P"]}
    )
    return Known(mapping=mapping, saved_at=NOON, lists=lists, watch=WATCH)


def _seen() -> Preview:
    weight = FieldPreview(field="weight", before=None, after="420", rule="peso")
    brand = FieldPreview(field="property118", before="aurora", after="Aurora Casa", rule="marca")
    name = FieldPreview(field="name", before="Garrafa 500 ml", after="Garrafa 500 ml", rule="nome")
    one = RecordPreview(bling_id=1, bitrix_id=5, label="Garrafa 500 ml", fields=(weight, brand, name))
    same = RecordPreview(bling_id=2, bitrix_id=6, label="Copo térmico", fields=(name,))
    bad = RecordPreview(
        bling_id=3,
        bitrix_id=7,
        label="Caneca",
        fields=(name,),
        problems=(
            Problem(
                text="não é um número: %(value)s",
                said={"value": "'leve'"},
                source="pesoLiquido",
                target="weight",
            ),
        ),
    )
    out = RecordPreview(bling_id=4, bitrix_id=None, label="Frete avulso", skipped=Reason.FILTERED)
    return Preview(records=(one, same, bad, out))


def surroundings(role: Role = Role.OWNER, accounts: int = 0) -> Surroundings:
    """Somebody of a company with so many accounts of Bling; without any the portal is missing, too."""
    return Surroundings(
        viewer=Viewer(
            person_id=NOBODY,
            tenant_id=NOBODY,
            tenant_name="Casa Aurora",
            timezone="America/Sao_Paulo",
            name="Helena Martins",
            email="helena@aurora.example",
            role=role,
            language="pt",
            theme="light",
        ),
        accounts=(ACCOUNT,) * accounts,
        portal=PORTAL if accounts else None,
        licence=None,
        held={},
        paused=False,
        business_now=NOON,
    )


def _product(
    known: Known, wish: Wish, said: Said, *, role: Role = Role.OWNER, connected: bool = False
) -> Product:
    around = surroundings(role, int(connected))
    return Product(
        options=tuple(
            Toggle(name=name, label=label, hint="Vale para o que mudar a partir de agora.", on=on)
            for name, label, on in OPTIONS
        ),
        back=rules.options({}, rules.EXPORT_OPTIONS),
        editor=editor(around, known, wish, said),
        version=version(known),
        editable=around.viewer.may_change,
    )
