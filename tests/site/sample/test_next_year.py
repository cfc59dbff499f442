import json

import numpy as np
import shapely

from tests.site.sample.conftest import SECOND, column, read


def as_compared(file, year: bool = True):
    """BSM → attributes without the year, and the normal form of the shape."""
    table, shapes = read(file, "DLTB")
    plain = shapely.to_wkb(shapely.normalize(shapes))
    return {row.pop("BSM"): ({k: v for k, v in row.items() if k != "SJNF"}, shape)
            for row, shape in zip(table.to_pylist(), plain, strict=True)}  # fmt: skip


def test_exactly_the_recorded_patches_differ_and_they_are_about_three_per_cent(first, second, made):
    before, after = as_compared(first), as_compared(second)
    recorded = json.loads((made / "changes.json").read_text(encoding="utf-8"))
    told = {
        kind: {c["key"] for c in recorded if c["change"] == kind} for kind in ("insert", "delete", "update")
    }
    assert told["insert"] == after.keys() - before.keys()
    assert told["delete"] == before.keys() - after.keys()
    assert told["update"] == {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert 0.02 < (len(told["delete"]) + len(told["update"])) / len(before) < 0.04
    assert all(told.values())


def test_new_serials_go_on_from_the_highest(first, second):
    old, new = set(column(read(first, "DLTB")[0], "BSM")), set(column(read(second, "DLTB")[0], "BSM"))
    assert min(new - old) > max(old)


def test_the_rest_is_a_re_export_with_other_starts_directions_and_row_order(first, second):
    (a, first_shapes), (b, second_shapes) = read(first, "DLTB"), read(second, "DLTB")
    keys_a, keys_b = list(column(a, "BSM")), list(column(b, "BSM"))
    assert keys_a != [k for k in keys_b if k in set(keys_a)]
    raw_a = dict(zip(keys_a, shapely.to_wkb(first_shapes), strict=True))
    raw_b = dict(zip(keys_b, shapely.to_wkb(second_shapes), strict=True))
    same_bytes = sum(raw_a[k] == raw_b[k] for k in raw_a.keys() & raw_b.keys())
    assert same_bytes == 0
    turned = (
        shapely.is_ccw(shapely.get_exterior_ring(second_shapes))
        != shapely.is_ccw(shapely.get_exterior_ring(first_shapes))[0]
    )
    assert turned.mean() > 0.9


def test_the_second_year_is_a_coverage_and_closes_like_the_first(first, second):
    patches, shapes = read(second, "DLTB")
    villages, _ = read(second, "CJDCQ")
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    cents = np.rint(column(patches, "TBMJ") * 100).astype(int)
    of = column(patches, "ZLDWDM")
    for code, stated in zip(column(villages, "ZLDWDM"), column(villages, "DCMJ"), strict=True):
        assert cents[of == code].sum() == round(stated * 100), code
    assert set(column(patches, "SJNF")) == {SECOND}


def test_split_and_merged_patches_name_their_parents(made):
    recorded = json.loads((made / "changes.json").read_text(encoding="utf-8"))
    gone = {c["key"] for c in recorded if c["change"] == "delete"}
    for change in recorded:
        if change["change"] == "insert":
            assert set(change["parents"].split(",")) <= gone
