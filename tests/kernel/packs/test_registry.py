"""Packs are found, read and refused with the nearest known word."""

import shutil

import pytest

from ziyuan.kernel import service as kernel
from ziyuan.kernel.packs.errors import PackFault, UnknownMatter

HOME, MODULE = next(one for one in kernel.pack_folders() if one[0].name == "use_control")


@pytest.fixture
def pack(tmp_path):
    copy = tmp_path / HOME.name
    shutil.copytree(HOME, copy)
    return copy


def test_the_packs_of_this_repository_are_found():
    assert "use_control" in kernel.packs()
    assert kernel.matter("use_control/site_review").title == "建设项目用地预审与选址"


@pytest.mark.parametrize("key", ["use_control/none", "none/site_review", "", "use_control"])
def test_an_unknown_matter_is_named(key):
    with pytest.raises(UnknownMatter):
        kernel.matter(key)


def test_an_unknown_parameter_is_named():
    with pytest.raises(PackFault, match="没有参数"):
        kernel.parameter("use_control.site_review.none")


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("pack.yaml", "id: [", "不是合法的 YAML"),
        ("pack.yaml", "- a", "应为键值文本"),
        ("matters/site_review/matter.yaml", "id: other\ntitle: x", "id 应与文件夹同名"),
    ],
)
def test_a_text_that_is_no_pack_is_refused(pack, file, text, says):
    (pack / file).write_text(text, encoding="utf-8")
    with pytest.raises(PackFault, match=says):
        kernel.load_pack(pack, MODULE)


def test_a_check_that_is_missing_is_named():
    with pytest.raises(PackFault, match="没有函数“nothing”"):
        kernel.packs()["use_control"].function("nothing")
