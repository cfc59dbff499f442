"""Archives: what is refused, and that nothing is left behind."""

import io
import stat
import struct
import zipfile

import pytest

from ziyuan.base import sandbox
from ziyuan.base.sandbox.errors import ArchiveTooBig, NotAnArchive, UnsafeMember
from ziyuan.base.sandbox.limits import ArchiveLimits


def packed(members, compression=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return out.getvalue()


@pytest.fixture
def unpack(tmp_path):
    def go(data: bytes, **limits):
        path = tmp_path / "p.zip"
        path.write_bytes(data)
        return sandbox.unpack(path, tmp_path / "out", limits=ArchiveLimits(**limits))

    go.out = tmp_path / "out"
    go.root = tmp_path
    return go


def link(name: str, target: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    return out.getvalue()


UNSAFE = {
    "a parent path": (packed([("../../outside.txt", b"x")]), "上级目录"),
    "a parent path with backslashes": (packed([("..\\..\\outside.txt", b"x")]), "上级目录"),
    "an absolute path": (packed([("/etc/cron.d/x", b"x")]), "绝对路径"),
    "a drive letter": (packed([("C:\\x.txt", b"x")]), "绝对路径"),
    "a link": (link("a.shp", "/etc/passwd"), "链接"),
    "two members of one name": (packed([("a/DLTB.shp", b"1"), ("A/dltb.SHP", b"2")]), "重名"),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_a_member_that_would_leave_the_folder_is_refused_whole(unpack, name):
    data, why = UNSAFE[name]
    with pytest.raises(UnsafeMember, match=why):
        unpack(data)
    assert not unpack.out.exists()
    assert sorted(p.name for p in unpack.root.iterdir()) == ["p.zip"]


def test_a_bomb_is_stopped_long_before_it_has_grown(unpack):
    with pytest.raises(ArchiveTooBig, match="压缩比"):
        unpack(packed([("zeros.bin", bytes(64 << 20))]))
    assert not unpack.out.exists()


def test_many_small_bombs_share_one_budget(unpack):
    data = packed([(f"z{i}.bin", bytes(3 << 20)) for i in range(4)])
    with pytest.raises(ArchiveTooBig, match="总大小"):
        unpack(data, total_mb=10)


def test_nested_archives_are_opened_to_the_allowed_depth(unpack):
    inner = packed([("DLTB.txt", b"x")])
    members = unpack(packed([("成果/内层.zip", packed([("再内.zip", inner)]))]))
    assert [m.name for m in members] == ["成果/内层.zip/再内.zip/DLTB.txt"]


def test_a_fourth_level_of_archives_is_refused(unpack):
    data = packed([("x", b"x")])
    for _ in range(3):
        data = packed([("in.zip", data)])
    with pytest.raises(ArchiveTooBig, match="嵌套"):
        unpack(data)
    assert not unpack.out.exists()


def test_too_many_members_are_refused(unpack):
    with pytest.raises(ArchiveTooBig, match="成员数"):
        unpack(packed([(f"f{i}", b"") for i in range(30)]), members=20)


@pytest.mark.parametrize(
    "data", [b"", b"not a zip", b"PK\x03\x04" + bytes(40), packed([("a", b"abc")])[:-30]],
    ids=["nothing", "other bytes", "a beginning alone", "cut off at the end"],
)  # fmt: skip
def test_what_is_no_archive_is_said_in_words(unpack, data):
    with pytest.raises(NotAnArchive) as refused:
        unpack(data)
    assert refused.value.remedy and not unpack.out.exists()


def test_a_changed_byte_is_found_by_the_checksum(unpack):
    data = bytearray(packed([("a.txt", b"hello hello hello")], zipfile.ZIP_STORED))
    data[data.index(b"hello") + 2] ^= 1
    with pytest.raises(NotAnArchive, match="损坏"):
        unpack(bytes(data))


def test_an_encrypted_member_is_named(unpack):
    data = bytearray(packed([("a.txt", b"x")]))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        where = data.index(mark) + at
        struct.pack_into("<H", data, where, struct.unpack_from("<H", data, where)[0] | 1)
    with pytest.raises(UnsafeMember, match="已加密"):
        unpack(bytes(data))


def test_names_written_in_gbk_or_utf8_are_both_read(unpack):
    data = packed([("AA", b"1"), ("BB.txt", b"2")])
    assert data.count(b"AA") == 2
    as_gbk = data.replace(b"AA", "丈".encode("gbk"))
    members = unpack(as_gbk)
    assert {m.name for m in members} == {"丈", "BB.txt"}


def test_the_digest_of_a_member_is_its_sm3(unpack):
    (member,) = unpack(packed([("abc.txt", b"abc")]))
    # GB/T 32905, example 1
    assert member.sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_rubbish_of_desktop_systems_is_passed_over(unpack):
    members = unpack(packed([("__MACOSX/._a", b"1"), (".DS_Store", b"2"), ("a.txt", b"3")]))
    assert [m.name for m in members] == ["a.txt"]
