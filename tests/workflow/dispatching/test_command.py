"""`ziyuan case dispatch`: a list as a file, its progress, its bad rows and its total in words or as JSON."""

import json

import pytest
from click.testing import CliRunner

from tests.workflow.dispatching.test_dispatch import unscreened  # noqa: F401  (a fixture)
from tests.workflow.world import FEIXI, FORM, MATTER
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.cli import commands
from ziyuan.workflow.models import Case

HEAD = ["no", "county", *FORM]


@pytest.fixture
def written(tmp_path):
    """A list of patches as CSV; the third has no name."""

    def write(*named: str):
        path = tmp_path / "list.csv"
        rows = [[f"WP-{n}", FEIXI, *{**FORM, "project_name": name}.values()] for n, name in enumerate(named, start=1)]
        path.write_text("\n".join(",".join(map(str, row)) for row in [HEAD, *rows]), encoding="utf-8")
        return str(path)

    return write


def run(*told: str):
    return CliRunner().invoke(commands, ["dispatch", *told, "--matter", MATTER, "--batch", "2"])


def test_it_tells_progress_bad_rows_and_the_total_and_a_second_run_opens_nothing(unscreened, written):  # noqa: F811
    done = run(written("一号", "二号", "", "四号"))
    assert done.exit_code == 1
    assert "已开立 2,已有 0,不合格 0" in done.output and "已开立 3,已有 0,不合格 1" in done.output
    assert "第 4 行 WP-3:请填写项目名称" in done.output and "开立 3 件,已有 0 件,不合格 1 行。" in done.output
    again = run(written("一号", "二号"), "--json", "--jobs", "2")
    assert again.exit_code == 0
    assert json.loads(again.output.splitlines()[-1]) == {"summary": {"opened": 0, "known": 2, "refused": 0}}
    with kernel.acting(kernel.system_actor()):
        assert Case.objects.count() == 3


def test_all_or_none(unscreened, written):  # noqa: F811
    done = run(written("一号", ""), "--whole")
    assert done.exit_code == 1 and "开立 0 件,已有 0 件,不合格 1 行。" in done.output
    with kernel.acting(kernel.system_actor()):
        assert not Case.objects.exists()
