"""What a matter says of its earlier versions: the line that names a version comes before the one for any."""

import pytest

from tests.workflow.gate.test_carried import small, told  # noqa: F401  (small is a fixture)
from tests.workflow.gate.test_check import MATTER, pack, plant  # noqa: F401  (pack is a fixture)
from ziyuan.workflow.migrating.lines import Line, line_for

TOLD = {"migrate": [{"nodes": {"a": "b"}}, {"from": "abcdef012345", "nodes": {"a": "c"}, "finish_by_old": ["d"]}]}


def test_a_version_that_is_named_has_its_own_line():
    assert line_for(TOLD, "abcdef0123456789") == Line({"a": "c"}, frozenset({"d"}))
    assert line_for(TOLD, "0000") == Line({"a": "b"})
    assert line_for({}, "0000") == Line()
    assert line_for({"migrate": {"finish_by_old": ["d"]}}, "0000") == Line({}, frozenset({"d"}))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{nodes: {old: sign}, finish_by_old: [other]}", ""),
        ("{nodes: {old: nowhere}}", "本版本的流程中没有“nowhere”"),
        ("{form: any}", "不认识的键“form”"),
        ("{from: abc}", "至少前 12 位"),
        ("{nodes: {old: sign}, finish_by_old: [old]}", "既写了改为哪个环节"),
    ],
)
def test_the_gate_reads_the_lines(small, line, says):  # noqa: F811
    plant(small, MATTER, "facts: ", f"migrate:\n  - {line}\nfacts: ")
    found = told(small)
    assert (found == []) if not says else any(says in text for text in found), found
