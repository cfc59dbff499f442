"""Every ending without a decision is filed: by a text of its own, or as all results are."""

import pytest

from tests.workflow.gate.test_actions import rich  # noqa: F401  (a fixture)
from tests.workflow.gate.test_carried import small, told  # noqa: F401  (small is a fixture)
from tests.workflow.gate.test_check import MATTER, PROCESS, pack, plant  # noqa: F401  (pack is a fixture)
from tests.workflow.small_matter import ALLOW

ONE = "archive: {class: 行政审批/用地预审与选址, keep: 30年, starts: closed}"
OTHER = ONE.replace("30年", "10年")
OWN = f"terminations: {{gone: {{title: 申请人主体消灭, basis: 示例依据 第一条, {ONE}}}}}\n"
BARE = OWN.replace(f", {ONE}", "")


def test_results_that_agree_say_how_every_ending_is_filed(rich):  # noqa: F811
    assert told(rich) == []


def test_results_that_differ_leave_each_ending_to_say_it(rich):  # noqa: F811
    plant(rich, MATTER, ONE, OTHER)
    found = told(rich)
    assert [f.split(":")[0].split()[-1] for f in found] == ["terminations.gone.archive", "withdrawal.archive"]
    assert all("没有写明这样结案怎样归档" in f and "{class, keep, starts}" in f for f in found)
    plant(rich, MATTER, BARE, OWN)
    plant(rich, MATTER, "messages: ", f"withdrawal: {{{ONE}}}\nmessages: ")
    assert told(rich) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (BARE, OWN.replace(", starts: closed", ""), "terminations.gone.archive.starts:归档缺少这一项"),
        (BARE, OWN.replace("keep", "kept"), "terminations.gone.archive.keep:归档缺少这一项"),
        ("messages: ", "withdrawal: {archiv: 1}\nmessages: ", "最接近的是“archive”"),
    ],
)
def test_an_archive_without_class_term_or_start_is_named(rich, old, new, says):  # noqa: F811
    plant(rich, MATTER, old, new)
    assert any(says in one for one in told(rich)), told(rich)


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        ('zy:return="again" ', ""),
        ('zy:return="direct" ', ""),
        ('zy:return="home" ', "zy:return 应为 direct(直送)或 again(逐级重办)"),
    ],
)
def test_how_a_returned_case_goes_on_is_one_of_two_words(small, mark, says):  # noqa: F811
    plant(small, PROCESS, ALLOW, mark + ALLOW)
    found = told(small)
    assert bool(found) == bool(says), found
    assert not says or says in found[0]


def test_a_node_that_returns_nothing_says_nothing_of_it(small):  # noqa: F811
    plant(small, PROCESS, ALLOW, 'zy:return="again" zy:allow="agree"')
    assert any("写了 zy:return,但不允许退回" in one for one in told(small))
