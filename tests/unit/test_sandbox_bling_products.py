"""Products in the sandbox's Bling: writing, variations, and lists that hide things."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.bling_world import SIMPLE, BlingWorld

VARIATION = {"formato": "S", "codigo": "CAM-G", "preco": 59.9, "variacao": {"nome": "Tamanho:G", "ordem": 1}}


@pytest.fixture
def bling() -> BlingWorld:
    return BlingWorld()


async def product(bling: BlingWorld, product_id: int) -> dict[str, Any]:
    status, body = await bling.call("GET", f"produtos/{product_id}")
    assert status == 200
    return dict(body["data"])


async def shirt(bling: BlingWorld, *, clone: bool = False) -> tuple[int, int]:
    """A parent with one variation: both ids."""
    child = VARIATION | {"variacao": VARIATION["variacao"] | {"produtoPai": {"cloneInfo": clone}}}  # type: ignore[operator]
    sent = SIMPLE | {"nome": "Camiseta", "formato": "V", "marca": "Aurora", "variacoes": [child]}
    _, body = await bling.call("POST", "produtos", sent)
    return body["data"]["id"], body["data"]["variations"]["saved"][0]["id"]


def ids(rows: list[dict[str, Any]]) -> set[int]:
    return {row["id"] for row in rows}


async def test_what_a_product_lacks_is_zero_or_blank(bling: BlingWorld) -> None:
    shown = await product(bling, await bling.create())
    assert (shown["codigo"], shown["dataValidade"]) == ("", "0000-00-00")
    assert shown["categoria"] == {"id": 0}
    assert shown["estrutura"]["tipoEstoque"] == ""
    assert "imagemURL" not in shown
    assert len(str(shown["id"])) == 11


async def test_a_refused_product_names_every_missing_field(bling: BlingWorld) -> None:
    status, body = await bling.call("POST", "produtos", {"codigo": "X"})
    assert (status, body["error"]["type"]) == (400, "VALIDATION_ERROR")
    assert {entry["element"] for entry in body["error"]["fields"]} == {"nome", "tipo", "situacao", "formato"}


@pytest.mark.parametrize(
    ("wrong", "element"),
    [({"nome": "x" * 121}, "nome"), ({"preco": "caro"}, "preco"), ({"tipo": "X"}, "tipo")],
)
async def test_wrong_values_are_named(bling: BlingWorld, wrong: dict[str, Any], element: str) -> None:
    status, body = await bling.call("POST", "produtos", SIMPLE | wrong)
    assert status == 400
    assert [entry["element"] for entry in body["error"]["fields"]] == [element]


async def test_patch_keeps_what_is_not_sent(bling: BlingWorld) -> None:
    made = await bling.create(marca="Aurora", categoria={"id": 7})
    await bling.call("PATCH", f"produtos/{made}", {"preco": 12})
    shown = await product(bling, made)
    assert (shown["preco"], shown["marca"], shown["categoria"]) == (12, "Aurora", {"id": 7})


async def test_put_resets_what_is_left_out(bling: BlingWorld) -> None:
    made = await bling.create(marca="Aurora")
    without_price = {key: value for key, value in SIMPLE.items() if key != "preco"}
    status, _ = await bling.call("PUT", f"produtos/{made}", without_price)
    shown = await product(bling, made)
    assert (status, shown["preco"], shown["marca"]) == (200, 0, "")


async def test_two_products_may_share_a_code(bling: BlingWorld) -> None:
    made = {await bling.create(codigo="A"), await bling.create(codigo="A")}
    assert ids(await bling.rows("produtos?criterio=5&codigos[]=A")) == made


async def test_a_deleted_product_is_gone(bling: BlingWorld) -> None:
    made = await bling.create()
    assert (await bling.call("DELETE", f"produtos/{made}"))[0] == 204
    status, body = await bling.call("GET", f"produtos/{made}")
    assert (status, body["error"]["type"]) == (404, "RESOURCE_NOT_FOUND")


async def test_an_excluded_product_is_still_there(bling: BlingWorld) -> None:
    made = await bling.create()
    assert (await bling.call("PATCH", f"produtos/{made}/situacoes", {"situacao": "E"}))[0] == 204
    assert (await product(bling, made))["situacao"] == "E"
    assert ids(await bling.rows("produtos?criterio=4")) == {made}


async def test_the_default_criterion_hides_products(bling: BlingWorld) -> None:
    await bling.create()
    newer = await bling.create()
    assert ids(await bling.rows("produtos")) == {newer}
    assert len(await bling.rows("produtos?criterio=5")) == 2


async def test_criteria_follow_the_situation(bling: BlingWorld) -> None:
    active, inactive = await bling.create(), await bling.create(situacao="I")
    assert ids(await bling.rows("produtos?criterio=2")) == {active}
    assert ids(await bling.rows("produtos?criterio=3")) == {inactive}


async def test_kinds_tell_parents_and_variations_apart(bling: BlingWorld) -> None:
    simple, service = await bling.create(), await bling.create(tipo="S")
    parent, child = await shirt(bling)
    assert ids(await bling.rows("produtos?criterio=5&tipo=T")) == {simple, service, parent, child}
    assert ids(await bling.rows("produtos?criterio=5&tipo=C")) == {parent}
    assert ids(await bling.rows("produtos?criterio=5&tipo=V")) == {child}
    assert ids(await bling.rows("produtos?criterio=5&tipo=S")) == {service}
    assert ids(await bling.rows("produtos?criterio=5&tipo=PS")) == {simple, service}


async def test_pages_are_full_until_the_last(bling: BlingWorld) -> None:
    for _ in range(5):
        await bling.create()
    pages = [await bling.rows(f"produtos?criterio=5&limite=2&pagina={page}") for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert len(ids([row for page in pages for row in page])) == 5


async def test_a_page_has_a_hundred_rows_at_most(bling: BlingWorld) -> None:
    for _ in range(101):
        await bling.create()
    assert len(await bling.rows("produtos?criterio=5&limite=500")) == 100


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("dataAlteracaoInicial=2025-01-01&dataAlteracaoFinal=2026-06-01", 400),
        ("dataInclusaoInicial=2025-01-01&dataInclusaoFinal=2025-12-31", 200),
        ("dataInclusaoInicial=ontem", 400),
        ("criterio=9", 400),
        ("pagina=um", 400),
    ],
)
async def test_filters_out_of_range_are_refused(bling: BlingWorld, query: str, status: int) -> None:
    assert (await bling.call("GET", f"produtos?{query}"))[0] == status


async def test_changes_are_found_by_their_date(bling: BlingWorld) -> None:
    old = await bling.create()
    bling.clock.time += 3 * 86_400
    new = await bling.create()
    since = "2026-09-23%2000:00:00"
    assert ids(await bling.rows(f"produtos?criterio=5&dataAlteracaoInicial={since}")) == {new}
    await bling.call("PATCH", f"produtos/{old}", {"preco": 1})
    assert ids(await bling.rows(f"produtos?criterio=5&dataAlteracaoInicial={since}")) == {old, new}


async def test_products_are_found_by_ids_and_name(bling: BlingWorld) -> None:
    one, two = await bling.create(nome="Copo azul"), await bling.create(nome="Prato")
    assert ids(await bling.rows(f"produtos?criterio=5&idsProdutos[]={one}&idsProdutos[]={two}")) == {one, two}
    assert ids(await bling.rows("produtos?criterio=5&nome=COPO")) == {one}


async def test_a_parent_shows_its_variations(bling: BlingWorld) -> None:
    parent, child = await shirt(bling)
    shown = (await bling.call("GET", f"produtos/variacoes/{parent}"))[1]["data"]
    assert [entry["id"] for entry in shown["variacoes"]] == [child]
    assert shown["variacoes"][0]["variacao"]["produtoPai"]["id"] == parent
    alone = await product(bling, child)
    assert (alone["nome"], alone["preco"]) == ("Camiseta Tamanho:G", 59.9)


async def test_a_clone_follows_its_parent_but_for_code_and_price(bling: BlingWorld) -> None:
    parent, child = await shirt(bling, clone=True)
    await bling.call("PATCH", f"produtos/{parent}", {"nome": "Blusa", "unidade": "PC", "preco": 1})
    shown = await product(bling, child)
    assert (shown["nome"], shown["unidade"]) == ("Blusa Tamanho:G", "PC")
    assert (shown["codigo"], shown["preco"]) == ("CAM-G", 59.9)


async def test_a_parent_may_lose_and_gain_variations(bling: BlingWorld) -> None:
    parent, child = await shirt(bling)
    entry = VARIATION | {"codigo": "CAM-P", "variacao": {"nome": "Tamanho:P"}}
    sent = SIMPLE | {"nome": "Camiseta", "formato": "V", "variacoes": [entry]}
    _, body = await bling.call("PUT", f"produtos/{parent}", sent)
    changed = body["data"]["variations"]
    assert [entry["id"] for entry in changed["deleted"]] == [child]
    assert len(changed["saved"]) == 1
    assert (await bling.call("GET", f"produtos/{child}"))[0] == 404


async def test_deleting_a_parent_deletes_its_variations(bling: BlingWorld) -> None:
    parent, child = await shirt(bling)
    await bling.call("DELETE", f"produtos/{parent}")
    assert (await bling.call("GET", f"produtos/{child}"))[0] == 404


async def test_links_of_internal_images_die(bling: BlingWorld) -> None:
    media = {"imagens": {"imagensURL": [{"link": "https://fotos.example/1.jpg"}]}}
    shown = await product(bling, await bling.create(midia=media))
    image = shown["midia"]["imagens"]["internas"][0]
    assert shown["imagemURL"] == image["link"]
    alive = [await bling.follow(image[name]) for name in ("link", "linkMiniatura")]
    bling.clock.advance(31 * 60)
    later = [await bling.follow(image[name]) for name in ("link", "linkMiniatura")]
    bling.clock.advance(7 * 86_400)
    assert (alive, later) == ([200, 200], [200, 403])
    assert await bling.follow(image["link"]) == 403


async def test_external_images_keep_their_links(bling: BlingWorld) -> None:
    media = {"imagens": {"externas": [{"link": "https://fotos.example/1.jpg"}]}}
    shown = await product(bling, await bling.create(midia=media))
    assert shown["imagemURL"] == "https://fotos.example/1.jpg"


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "nada", 404, "RESOURCE_NOT_FOUND"),
        ("PUT", "produtos", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "produtos/abc", 404, "RESOURCE_NOT_FOUND"),
    ],
)
async def test_wrong_doors(bling: BlingWorld, method: str, path: str, status: int, kind: str) -> None:
    got, body = await bling.call(method, path)
    assert (got, body["error"]["type"]) == (status, kind)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"{", b"[" * 20_000])
async def test_bodies_that_are_no_object_are_refused(bling: BlingWorld, body: bytes) -> None:
    answer = await bling.raw("POST", "/Api/v3/produtos", body)
    assert answer.status == 400
