"""A clerk types what she knows: a name, its sound, its first letters, a code."""

import pytest

from ziyuan.onemap import service as onemap


def _first(by, words, **more):
    items = onemap.catalogue.search(by, words, **more)["items"]
    return (items[0]["kind"], items[0]["code"]) if items else None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("地类图斑", ("layer", "DLTB")),
        ("DLTB", ("layer", "DLTB")),
        ("dileitub", ("layer", "DLTB")),
        ("feixixian", ("region", "340123")),
        ("fxx", ("region", "340123")),
        ("340123", ("region", "340123")),
        ("DB05", ("database", "DB05")),
        ("ycyxdatabase", None),
    ],
)
def test_a_thing_is_found_by_name_sound_letters_or_code(db, people, words, found):
    assert _first(people["officer"], words) == found


def test_every_word_must_be_met(db, people):
    kinds = {e["within"] for e in onemap.catalogue.search(people["officer"], "图斑面积 地类图斑")["items"]}
    assert kinds and all("地类图斑" in within for within in kinds)


def test_one_kind_alone_can_be_asked_and_the_others_are_counted(db, people):
    told = onemap.catalogue.search(people["officer"], "水田", kind="code")
    assert {e["kind"] for e in told["items"]} == {"code"}
    assert told["counts"]["code"] >= 1


def test_nothing_asked_finds_nothing(db, people):
    assert onemap.catalogue.search(people["officer"], "  ")["items"] == []
