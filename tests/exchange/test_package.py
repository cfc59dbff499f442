"""The package itself: what was built is what is opened; anything else is refused before it is unsealed."""

import io
import json
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ziyuan.base import sm
from ziyuan.exchange import package as pk
from ziyuan.exchange.errors import PackageRefused

PRIVATE, PUBLIC = sm.provider().sm2_generate()
OTHER, OTHER_PUBLIC = sm.provider().sm2_generate()
PAPER = b"%PDF-1.7 paper"
MESSAGE = {"no": "AH-2026-000001", "form": {"declared_area": 0.36, "name": "产业园"}}


def header(**more):
    return {
        "version": 1, "stream": "outer-inner", "seq": 1, "prev_head": "0" * 64, "created": "2026-11-25T08:00:00+00:00",
        "sender": "outer", "recipient": "inner", "grade": 2, "kind": "application.submitted", **more,
    }  # fmt: skip


def build(to=PUBLIC, key=PRIVATE, files=None, **more):
    named = {sm.sm3(b).hex(): b for b in (files if files is not None else [PAPER])}
    return pk.build(header(**more), MESSAGE, named, to, lambda p: sm.provider().sm2_sign(key, p))


def check(payload, signature, sender):
    return sender == "outer" and sm.provider().sm2_verify(PUBLIC, payload, signature)


def opened(data, grade=2):
    told, body, head = pk.verified(data, "t.zyp", recipient="inner", grade_limit=grade, check=check)
    return pk.unseal(told, body, "t.zyp", PRIVATE), head


def test_message_and_files_come_back_as_they_went_in():
    data, head = build()
    found, again = opened(data)
    assert (found.message, list(found.files.values())) == (MESSAGE, [PAPER])
    assert head == again


def test_the_same_content_sealed_twice_has_two_heads():
    """Why a package is never rewritten once it could have left: each sealing has a key of its own."""
    assert build()[1] != build()[1]


def test_nothing_of_the_content_is_readable_outside_the_seal():
    assert PAPER not in build()[0]
    assert "产业园".encode() not in build()[0]


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ({"key": OTHER}, "签名不符"),
        ({"sender": "stranger"}, "签名不符"),
        ({"recipient": "city"}, "不是本节点"),
        ({"stream": "city-inner"}, "不属于发出节点"),
        ({"grade": 3}, "级别 3"),
        ({"grade": 0}, "级别 0"),
        ({"version": 2}, "版本 2"),
        ({"seq": "1"}, "包头缺少项目"),
        ({"kind": None}, "包头缺少项目"),
        ({"grade": True}, "包头缺少项目"),
    ],
)
def test_a_package_that_is_not_ours_is_refused_with_its_reason(made, reason):
    with pytest.raises(PackageRefused, match=reason):
        opened(build(**made)[0])


def test_a_package_sealed_for_another_cannot_be_opened():
    with pytest.raises(PackageRefused, match="不能解封"):
        opened(build(to=OTHER_PUBLIC)[0])


def test_negative_control_without_the_signature_check_a_forgery_passes():
    told, _, _ = pk.verified(
        build(key=OTHER)[0], "t", recipient="inner", grade_limit=2, check=lambda *_: True
    )
    assert told["sender"] == "outer"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_one_changed_byte_anywhere_is_refused(data):
    whole = bytearray(WHOLE)
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(PackageRefused):
        opened(bytes(whole))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_a_cut_package_is_refused_wherever_it_is_cut(at):
    with pytest.raises(PackageRefused):
        opened(WHOLE[: at % len(WHOLE)])


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_never_crash(noise):
    for data in (noise, pk.MAGIC + noise, pk.MAGIC + (2).to_bytes(4, "big") + b"[]" + noise):
        with pytest.raises(PackageRefused):
            opened(data)


@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b'"x"',
        b"[" * 100_000,
        b'{"version":1.5}',
        b'{"a":NaN}',
        b"\xff\xfe",
        b'{"version":1,"stream":[]}',
    ],
)
def test_a_header_of_any_shape_is_refused(text):
    data = pk.MAGIC + len(text).to_bytes(4, "big") + text + b"\x00\x01" + b"s" + b"body"
    with pytest.raises(PackageRefused):
        opened(data)


def sealed_with(members) -> bytes:
    """A rightly signed package whose tar holds what it likes."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for info, body in members:
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return _signed(content.getvalue())


def _signed(content: bytes) -> bytes:
    sealed = io.BytesIO()
    sm.seal_file(io.BytesIO(content), sealed, to=PUBLIC)
    body = sealed.getvalue()
    full = {**header(), "contents": [], "sealed_sm3": sm.sm3(body).hex(), "sealed_size": len(body)}
    signature = sm.provider().sm2_sign(PRIVATE, pk.canonical.encode("exchange-package", full))
    told = json.dumps(full).encode()
    return b"".join(
        [pk.MAGIC, len(told).to_bytes(4, "big"), told, len(signature).to_bytes(2, "big"), signature, body]
    )


def link(name: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return info


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([(tarfile.TarInfo("../escape"), b"x")], "不允许的成员"),
        ([(tarfile.TarInfo("a/b"), b"x")], "不允许的成员"),
        ([(link("message.json"), b"")], "不允许的成员"),
        (
            [(tarfile.TarInfo("message.json"), b"{}"), (tarfile.TarInfo("message.json"), b"{}")],
            "不允许的成员",
        ),
        ([(tarfile.TarInfo("message.json"), b"{}"), (tarfile.TarInfo("extra"), b"x")], "清单"),
        ([(tarfile.TarInfo("other"), b"x")], "不可读"),
        ([(tarfile.TarInfo("message.json"), b"not json")], "不可读"),
        ([(tarfile.TarInfo("message.json"), b"[]")], "键值"),
    ],
)
def test_a_hostile_content_is_refused_though_signed(members, reason):
    with pytest.raises(PackageRefused, match=reason):
        opened(sealed_with(members))


def test_a_content_that_is_no_archive_is_refused():
    with pytest.raises(PackageRefused, match=r"不可读|清单"):
        opened(_signed(b"x" * 2000))


WHOLE = build()[0]
