"""A problem keeps its fingerprint through a re-export; what is mended is fixed, what is made is new."""

from dataclasses import replace

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ziyuan.onemap.quality.finding import Finding
from ziyuan.onemap.quality.fingerprint import Marks, distinct, fingerprints, inherit, match

TOLERANCE = 0.0001
WEST, SOUTH = 39_512_000.0, 3_505_000.0


def overlap(at: tuple[float, float], keys: tuple[str, str] = ("A", "B"), side: float = 0.5) -> Finding:
    """An overlap of two patches, a square of `side` metres at `at` from the corner."""
    x, y = WEST + at[0], SOUTH + at[1]
    shape = shapely.box(x, y, x + side, y + side)
    return Finding("DLTB-T1", "no_overlap", "拓扑", "error", "DLTB", keys[0], 7, x=x, y=y, measure=side * side,
                   unit="m2", partners=(keys[1],), geometry=shapely.to_wkb(shape))  # fmt: skip


def wrong_code(key: str | None, row: int, value: str = "0199", at: tuple[float, float] = (0, 0)) -> Finding:
    return Finding("DLTB-DLBM-domain", "domain", "属性", "error", "DLTB", key, row, "DLBM", value,
                   x=WEST + at[0], y=SOUTH + at[1])  # fmt: skip


def compared(before: list[Finding], now: list[Finding]) -> list[int]:
    return list(match(Marks.of(before), Marks.of(now), tolerance=TOLERANCE))


@st.composite
def attempts(draw):
    """Problems of one attempt: overlaps on a lattice 5 m wide, wrong codes, each with its own keys or sharing a pair."""
    cells = draw(st.lists(st.integers(0, 300), unique=True, min_size=1, max_size=25))
    shared = draw(st.booleans())
    found = []
    for n, cell in enumerate(cells):
        place = (5.0 * (cell % 20), 5.0 * (cell // 20))
        keys = ("A", "B") if shared and n % 3 == 0 else (f"P{cell}", f"Q{cell}")
        found.append(wrong_code(f"P{cell}", n + 1, at=place) if n % 4 == 3 else overlap(place, keys))
    return found


@settings(max_examples=60, deadline=None)
@given(before=attempts(), data=st.data())
def test_a_re_export_with_other_rows_and_moves_within_the_tolerance_is_the_same(before, data):
    order = data.draw(st.permutations(range(len(before))))
    now = [moved(before[i], data.draw(st.floats(-1, 1)) * TOLERANCE, row=n + 1) for n, i in enumerate(order)]
    same = compared(before, now)
    assert same == list(order)
    old = fingerprints(before)
    assert inherit(fingerprints(now), old, np.array(same)) == [old[i] for i in order]


def moved(finding: Finding, by: float, row: int) -> Finding:
    shape = None
    if finding.geometry is not None:
        shape = shapely.to_wkb(shapely.transform(shapely.from_wkb(finding.geometry), lambda xy: xy + by))
    return replace(finding, row=row, x=finding.x + by, y=finding.y - by, geometry=shape)


@settings(max_examples=60, deadline=None)
@given(before=attempts(), data=st.data())
def test_what_was_mended_is_missing_and_what_was_made_is_new(before, data):
    kept = data.draw(st.lists(st.booleans(), min_size=len(before), max_size=len(before)))
    now = [f for f, stays in zip(before, kept, strict=True) if stays] + [overlap((900.0, 900.0), ("X", "Y"))]
    same = compared(before, now)
    assert same == [i for i, stays in enumerate(kept) if stays] + [-1]


@settings(max_examples=40, deadline=None)
@given(before=attempts())
def test_renumbered_features_keep_their_problems(before):
    now = [replace(f, key=f"new-{f.key}", partners=tuple(f"new-{p}" for p in f.partners)) for f in before]
    assert compared(before, now) == list(range(len(before)))


@settings(max_examples=40, deadline=None)
@given(found=attempts())
def test_no_two_problems_of_one_attempt_share_a_fingerprint(found):
    marks = fingerprints(found)
    assert len(set(marks)) == len(marks) and all(len(m) == 32 for m in marks)


def test_of_two_overlaps_of_one_pair_the_mended_one_is_told_apart():
    before = [overlap((0, 0)), overlap((50, 0))]
    assert compared(before, [overlap((50, 0))]) == [1]


def test_an_overlap_made_smaller_is_still_there():
    assert compared([overlap((0, 0), side=0.5)], [overlap((0.2, 0.2), side=0.2)]) == [0]


def test_an_overlap_elsewhere_of_the_same_pair_is_new():
    assert compared([overlap((0, 0))], [overlap((10, 0))]) == [-1]


def test_just_beyond_the_tolerance_is_another_place():
    """Boxes 0.5 m wide, touching when each is grown by 0.1 mm: 0.2 mm apart they meet, 0.3 mm apart they do not."""
    assert compared([overlap((0, 0))], [overlap((0.5 + 2e-4 - 1e-6, 0))]) == [0]
    assert compared([overlap((0, 0))], [overlap((0.5 + 3e-4, 0))]) == [-1]


def test_another_wrong_value_in_the_same_field_of_the_same_feature_is_still_the_problem():
    assert compared([wrong_code("P1", 4)], [wrong_code("P1", 9, value="0198", at=(300, 0))]) == [0]


def test_another_field_or_another_rule_is_another_problem():
    assert compared([wrong_code("P1", 4)], [replace(wrong_code("P1", 4), field="DLMC")]) == [-1]
    assert compared([wrong_code("P1", 4)], [replace(wrong_code("P1", 4), rule="DLTB-A10")]) == [-1]


def test_features_without_keys_are_known_by_their_place():
    before = [wrong_code(None, 1, at=(0, 0)), wrong_code(None, 2, at=(100, 0))]
    assert compared(before, [wrong_code(None, 1, at=(100, 0))]) == [1]


def test_a_problem_without_any_place_is_known_by_its_value():
    missing = Finding("ZY-FMT-004", "layer", "成果包", "error", value="DLTB")
    other = Finding("ZY-FMT-004", "layer", "成果包", "error", value="XZQ")
    assert compared([missing, other], [other]) == [1]
    assert compared([], [other]) == [-1] and compared([missing], []) == []


def test_alike_problems_get_marks_by_their_order():
    marks = distinct(["a", "a", "b"])
    assert len(set(marks)) == 3 and marks[0] == "a" and marks[2] == "b"


def test_an_inherited_mark_is_never_given_to_a_second_problem():
    assert len(set(inherit(["m", "m2"], ["m2"], np.array([0, -1])))) == 2


def test_many_problems_of_one_name_are_matched_by_place_as_few_are():
    """A hundred features without keys: the pairs come from a tree of boxes, not from every pair."""
    before = [wrong_code(None, n, at=(3.0 * n, 0)) for n in range(100)]
    assert compared(before, before[::-1]) == list(range(99, -1, -1))
    assert compared(before, [wrong_code(None, 1, at=(3.0 * n + 1, 0)) for n in range(100)]) == [-1] * 100


def test_many_problems_without_a_place_are_matched_one_by_one():
    nowhere = [replace(wrong_code("P1", n), x=None, y=None) for n in range(100)]
    assert sorted(compared(nowhere, nowhere[:90])) == list(range(90))
