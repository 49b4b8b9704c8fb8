"""Categories by name and by those above them."""

from __future__ import annotations

from connector.domain.sections import Category, by_names, category_of, path, same_name, title

TREE = {1: Category(1, "Casa"), 2: Category(2, "Copos", 1), 3: Category(3, "Solta", 99)}
CIRCLE = {1: Category(1, "A", 2), 2: Category(2, "B", 1)}


def test_a_path_begins_at_the_top():
    assert [one.name for one in path(TREE, 2)] == ["Casa", "Copos"]
    assert title(TREE, 2) == "Casa › Copos"


def test_a_category_whose_parent_is_gone_stands_at_the_top():
    assert title(TREE, 3) == "Solta"


def test_a_circle_ends():
    assert len(path(CIRCLE, 1)) == 2


def test_what_bling_does_not_name_has_no_path():
    assert path(TREE, 77) == ()


def test_a_row_of_blings():
    row = {"id": 16842381880, "descricao": " Copos ", "categoriaPai": {"id": 0}}
    assert category_of(row) == Category(16842381880, "Copos", 0)


def test_names_are_the_same_whatever_their_case_and_blanks():
    assert same_name("Copos  de Vidro ", "copos de vidro")
    assert not same_name("Copos", "Copo")


def test_sections_are_found_by_their_paths_and_new_ones_named():
    assert by_names(TREE, [("31", "casa › copos")]) == {"1": "+Casa", "2": "31", "3": "+Solta"}
