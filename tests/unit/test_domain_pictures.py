"""Which picture is the first, and what stays the same of its link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.pictures import address, file_key, is_link, link_of, recognised


def test_links_that_last_come_before_those_of_bling():
    images = {
        "externas": [{"link": "https://a/1.png"}],
        "internas": [{"link": "https://b/2.png", "ordem": 1}],
    }
    assert link_of(images) == "https://a/1.png"


def test_blings_own_come_in_their_order():
    images = {"internas": [{"link": "https://b/2.png", "ordem": 2}, {"link": "https://b/1.png", "ordem": 1}]}
    assert link_of(images) == "https://b/1.png"


@pytest.mark.parametrize(
    "signed",
    [
        "https://s3/p.jpg?AWSAccessKeyId=A&Expires=1767&Signature=x%2By",
        "https://s3/p.jpg?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Date=c&X-Amz-Signature=d",
        "https://cdn/p.jpg?Expires=1&Signature=x&Key-Pair-Id=k",
        "https://storage/p.jpg?GoogleAccessId=a&Expires=1&Signature=x",
        "https://blob/p.jpg?sv=2020&se=2027&sr=b&sp=r&sig=abc",
    ],
)
def test_what_signs_a_link_is_no_part_of_its_address(signed: str):
    assert address(signed) == signed.partition("?")[0]


def test_what_chooses_the_picture_stays():
    assert address("https://s3/p?id=5&Expires=1&Signature=x") == "https://s3/p?id=5"
    assert address("https://shop/p?id=5&size=800#top") == "https://shop/p?id=5&size=800"


@given(st.text(max_size=40), st.integers(0, 2**31), st.text("0123456789abcdef", min_size=1))
def test_signing_again_changes_no_address(name: str, expires: int, signature: str):
    link = f"https://s3.example/{name.replace('?', '').replace('#', '')}?v=1"
    once = address(f"{link}&Expires={expires}&Signature={signature}")
    assert once == address(f"{link}&Expires={expires + 1}&Signature={signature[::-1]}")
    assert address(once) == once


@given(st.text(max_size=60))
def test_any_text_is_a_link_or_not(text: str):
    if is_link(text):
        assert address(text).lower().startswith(("http:", "https:"))


def test_a_file_of_ours_is_called_by_its_address():
    memory = {"detailPicture": "https://a/1.png", file_key("detailPicture"): "55"}
    assert recognised({"detailPicture": "#55"}, memory, ["detailPicture"]) == memory


@pytest.mark.parametrize("held", ["#56", ""])
def test_any_other_file_is_somebodys(held: str):
    memory = {"detailPicture": "https://a/1.png", file_key("detailPicture"): "55"}
    assert recognised({"detailPicture": held}, memory, ["detailPicture"]) == {"detailPicture": held}
