"""The tree of a package: each missing, surplus, misnamed, broken or coarse member is a finding; lawful trees are silent."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ziyuan.base.sandbox import Unpacked
from ziyuan.onemap.formats import County, Member, load_layout
from ziyuan.onemap.formats.errors import LayoutUnknown
from ziyuan.onemap.formats.tree import entries_of, jpeg_dpi, judge, judge_holds, values_of

FEIXI = County("340123", "肥西县", 39)
VALUES = values_of(FEIXI, "2024")
LAYERS = ["XZQ", "DLTB"]
TREE = entries_of([
    {"id": "data", "title": "矢量数据", "pattern": "矢量/{county}{county_name}.gpkg", "kind": "vector", "required": True,
     "most": 1, "holds": ["DLTB"]},
    {"id": "shapes", "title": "分层数据", "pattern": "**/{layer}_{county}.shp", "kind": "vector"},
    {"id": "text", "title": "说明", "pattern": "文档/{county}{county_name}{period}*.pdf", "kind": "document", "required": True},
    {"id": "map", "title": "图件", "pattern": "**/*.jpg", "kind": "picture", "dpi": 300},
    {"id": "tables", "title": "表格", "pattern": "表格/*.xlsx", "kind": "table", "most": 1},
])  # fmt: skip


def jfif(dpi: int, unit: int = 1) -> bytes:
    return b"\xff\xd8\xff\xe0" + struct.pack(">H5sHBHHBB", 16, b"JFIF\0", 0x0102, unit, dpi, dpi, 0, 0) + b"\xff\xda\0\2"


def exif(dpi: int, order: str = "<", unit: int = 2) -> bytes:
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", 8)
    entries = struct.pack(f"{order}HHIIHHIHH", 0x011A, 5, 1, 38, 0x0128, 3, 1, unit, 0)
    tiff = head + struct.pack(f"{order}H", 2) + entries + b"\0\0\0\0" + struct.pack(f"{order}II", dpi, 1)
    body = b"Exif\0\0" + tiff
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + b"\xff\xda\0\2"


@pytest.fixture
def members(tmp_path):
    """`members({name: bytes})`: these members on disk."""

    def make(bodies):
        found = []
        for at, (name, body) in enumerate(bodies.items()):
            path = tmp_path / f"{at}"
            path.write_bytes(body)
            found.append(Unpacked(name, path, len(body), "0" * 64))
        return found

    return make


GOOD = {"矢量/340123肥西县.gpkg": b"x", "文档/340123肥西县2024年报告.pdf": b"%PDF-1.4", "图/总图.jpg": jfif(300)}


def codes(given, **more) -> list[tuple[str, str]]:
    return [(fault.code, severity) for fault, severity in judge(given, TREE, LAYERS, VALUES, **more)]


def test_a_lawful_tree_is_silent(members):
    assert codes(members(GOOD)) == []
    assert codes(members({**GOOD, "甲/DLTB_340123.SHP": b"x"})) == [], "case is ignored"


@pytest.mark.parametrize(("change", "wanted"), [
    ({"文档/340123肥西县2024年报告.pdf": None}, ("ZY-FMT-080", "error")),
    ({"readme.txt": b"x"}, ("ZY-FMT-081", "warning")),
    ({"文档/340123肥西县2024年报告.pdf": None, "文档/报告.pdf": b"%PDF-1.4"}, ("ZY-FMT-082", "warning")),
    ({"矢量/340123肥西县.gpkg": None, "340123.gpkg": b"x"}, ("ZY-FMT-082", "warning")),
    ({"表格/甲.xlsx": b"PK\3\4", "表格/乙.xlsx": b"PK\3\4"}, ("ZY-FMT-083", "warning")),
    ({"文档/340123肥西县2024年报告.pdf": b"no pdf"}, ("ZY-FMT-084", "error")),
    ({"表格/甲.xlsx": b"\xd0\xcf\x11\xe0"}, ("ZY-FMT-084", "error")),
    ({"图/总图.jpg": jfif(299)}, ("ZY-FMT-085", "error")),
    ({"图/总图.jpg": jfif(0, 0)}, ("ZY-FMT-085", "error")),
    ({"甲/DLTB_340121.shp": b"x"}, ("ZY-FMT-081", "warning")),
])  # fmt: skip
def test_each_deviation_is_one_finding_with_its_place_and_remedy(members, change, wanted):
    given = members({name: body for name, body in {**GOOD, **change}.items() if body is not None})
    ((fault, severity),) = judge(given, TREE, LAYERS, VALUES)
    assert (fault.code, severity) == wanted and fault.remedy
    named = [name for name, body in change.items() if body is not None]
    assert any(name.rsplit("/", 1)[-1] in fault.message for name in [*named, "340123肥西县2024*.pdf"]), fault.message


def test_the_layout_may_weigh_a_deviation_otherwise_and_files_beside_are_no_surplus(members):
    given = members({**GOOD, "说明.txt": b"x", "甲/DLTB_340123.dbf": b"x"})
    assert codes(given, beside=["甲/DLTB_340123.dbf"], rules={"surplus_member": "note"}) == [("ZY-FMT-081", "note")]


def test_a_layer_in_another_member_than_its_own_is_named():
    held = [Member("矢量/340123肥西县.gpkg", 1, "", layers=("XZQ",)), Member("甲/DLTB_340123.shp", 1, "", layers=("DLTB",))]
    ((fault, severity),) = judge_holds(held, TREE, LAYERS, VALUES)
    assert (fault.code, severity, fault.facts["layer"]) == ("ZY-FMT-086", "error", "DLTB")
    assert "矢量/340123肥西县.gpkg" in fault.message


@pytest.mark.parametrize(("head", "dpi"), [
    (jfif(300), 300), (jfif(118, 2), 300), (jfif(72, 0), None), (exif(300), 300), (exif(300, ">"), 300),
    (exif(118, "<", 3), 300), (b"\xff\xd8\xff", None), (b"", None),
    (b"\xff\xd8\xff\xe1\x00\x10Exif\0\0II*\0\xff\xff\xff\xff", None),
])  # fmt: skip
def test_the_resolution_a_picture_states_of_itself(head, dpi):
    assert jpeg_dpi(head) == dpi


@given(st.binary(max_size=300))
def test_no_bytes_of_a_picture_make_a_fault_of_ours(tail):
    for head in (b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1\x00\x40Exif\0\0II*\0", b""):
        assert jpeg_dpi(head + tail) is None or jpeg_dpi(head + tail) >= 0


@given(st.text("甲乙./*{}[]()+\\^$", max_size=12))
def test_no_pattern_text_is_taken_for_an_expression(text):
    """What is no token stands for itself."""
    (entry,) = entries_of([{"id": "a", "title": "a", "pattern": text, "kind": "other"}])
    expression = entry.expression({}, ["L"])
    if "*" not in text:
        assert expression.fullmatch(text)


def test_an_unknown_key_or_kind_in_the_text_is_refused(tmp_path):
    text = "package: {id: x, title: x, crs: {39: 4527}}\nlayers: {}\ntree: [{id: a, title: a, pattern: a, kind: %s}]\n"
    for kind in ("picture, colour: red", "painting"):
        (tmp_path / f"x{len(kind)}.yaml").write_text(text % kind, encoding="utf-8")
        with pytest.raises(LayoutUnknown):
            load_layout(f"x{len(kind)}", tmp_path)
