"""What the demo opens with: two small shops as they are in life, doubles and blanks included.

Everything is made up; documents are valid numbers that belong to nobody we know.
"""

from __future__ import annotations

from sandbox.bling.bodies import Body
from sandbox.bling.company import Company
from sandbox.bling.demo_orders import sell

_AURORA: tuple[Body, ...] = (
    {"nome": "Açucareiro de inox", "codigo": "ACU-01", "preco": 34.9, "unidade": "UN", "situacao": "E"},
    {
        "nome": "Copo térmico 450 ml",
        "codigo": "COPO-450",
        "preco": 89.9,
        "unidade": "UN",
        "marca": "Aurora",
        "gtin": "7890000000017",
        "descricaoCurta": "Mantém a bebida quente por 6 horas",
        "descricaoComplementar": "<p>Inox 304, tampa com trava.</p>",
        "pesoLiquido": 0.3,
        "pesoBruto": 0.35,
        "dimensoes": {"largura": 8, "altura": 20, "profundidade": 8, "unidadeMedida": 1},
    },
    {"nome": "Caneca esmaltada azul", "codigo": "CAN-AZ", "preco": 32.5, "unidade": "UN"},
    {"nome": "Caneca esmaltada branca", "codigo": "CAN-AZ", "preco": 32.5, "unidade": "UN"},
    {"nome": "Pano de prato bordado", "codigo": "", "preco": 14.9, "unidade": "UN"},
    {"nome": "Jarra de vidro 1,5 L", "codigo": "JAR-15", "preco": 59, "unidade": "UN"},
    {"nome": "Jogo de facas 5 peças", "codigo": "FAC-05", "preco": 189.9, "unidade": "JG"},
    {"nome": "Panela de ferro 24 cm", "codigo": "PAN-24", "preco": 249.0, "unidade": "UN", "situacao": "I"},
    {
        "nome": "Avental de algodão",
        "codigo": "AVE",
        "preco": 69.9,
        "unidade": "UN",
        "formato": "V",
        "variacoes": [
            {
                "formato": "S",
                "codigo": f"AVE-{size}",
                "preco": price,
                "variacao": {"nome": f"Tamanho:{size}", "ordem": order, "produtoPai": {"cloneInfo": True}},
            }
            for order, (size, price) in enumerate((("M", 69.9), ("G", 69.9), ("GG", 74.9)), 1)
        ],
    },
    {"nome": "Caneca 350 ml", "codigo": "CAN-350", "preco": 34.9, "unidade": "UN"},
    {"nome": "Gravação a laser", "codigo": "SERV-LASER", "preco": 25.0, "tipo": "S"},
    {
        "nome": "Garrafa térmica 1 L",
        "codigo": "GAR-1L",
        "preco": 119.9,
        "unidade": "UN",
        "midia": {
            "video": {"url": ""},
            "imagens": {"imagensURL": [{"link": "https://fotos.example/garrafa-1l.jpg"}]},
        },
    },
)

_SERRA: tuple[Body, ...] = (
    {"nome": "Café Serra Azul 250 g moído", "codigo": "SA-250M", "preco": 28.9, "unidade": "PC"},
    {"nome": "Café Serra Azul 250 g em grãos", "codigo": "SA-250G", "preco": 28.9, "unidade": "PC"},
    {"nome": "Café Serra Azul 1 kg em grãos", "codigo": "SA-1KG", "preco": 98.0, "unidade": "PC"},
    {"nome": "Café descafeinado 250 g", "codigo": "", "preco": 36.9, "unidade": "PC"},
    {"nome": "Filtro de papel nº 103", "codigo": "FIL-103", "preco": 9.9, "unidade": "CX"},
    {"nome": "Filtro de papel nº 102", "codigo": "FIL-103", "preco": 8.9, "unidade": "CX"},
    {"nome": "Moedor manual", "codigo": "MOE-01", "preco": 219.0, "unidade": "UN"},
    {"nome": "Chaleira bico de ganso", "codigo": "CHA-01", "preco": 179.9, "unidade": "UN"},
    {
        "nome": "Camiseta Serra Azul",
        "codigo": "CAM",
        "preco": 79.9,
        "unidade": "UN",
        "formato": "V",
        "variacoes": [
            {
                "formato": "S",
                "codigo": f"CAM-{size}-{colour[:2].upper()}",
                "preco": 79.9,
                "variacao": {"nome": f"Tamanho:{size};Cor:{colour}", "ordem": order},
            }
            for order, (size, colour) in enumerate((("P", "Verde"), ("M", "Verde"), ("M", "Preta")), 1)
        ],
    },
    {"nome": "Suporte para coador (descontinuado)", "codigo": "SUP-01", "preco": 49.9, "situacao": "I"},
    {"nome": "Degustação guiada", "codigo": "DEG", "preco": 60.0, "tipo": "S"},
    {
        "nome": "Kit presente Serra Azul",
        "codigo": "KIT-PRES",
        "preco": 149.0,
        "unidade": "KT",
        "midia": {"video": {"url": ""}, "imagens": {"externas": [{"link": "https://fotos.example/kit.jpg"}]}},
    },
)


def open_demo(companies: list[Company]) -> None:
    """Fill the first two companies; the others stay empty."""
    _fill(companies[0], _AURORA)
    _fill(companies[1], _SERRA)


def _fill(company: Company, products: tuple[Body, ...]) -> None:
    categories = company.references.categories
    ids = [_product(company, sent, categories[place % 3]["id"]) for place, sent in enumerate(products)]
    for place, product_id in enumerate(ids[1:8]):
        deposit = company.references.default_deposit
        movement: Body = {"produto": {"id": product_id}, "deposito": {"id": deposit}, "operacao": "B"}
        company.stocks.move(movement | {"quantidade": 5 * place})
    sell(company, ids)


def _product(company: Company, sent: Body, category: int) -> int:
    """Products without a category of their own keep the zero id that Bling gives them."""
    full: Body = {"tipo": "P", "situacao": "A", "formato": "S"} | sent
    if full.get("marca") or full["formato"] == "V":
        full["categoria"] = {"id": category}
    return int(company.catalogue.create(full)["id"])
