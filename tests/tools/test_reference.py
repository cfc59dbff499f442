"""The reference pages say what the code says."""

import subprocess
import sys

import pytest
from tools.reference.common import ROOT


@pytest.mark.parametrize("page", ["commands", "settings", "events", "roles", "api"])
def test_a_reference_page_is_what_the_code_says(page):
    told = subprocess.run(
        [sys.executable, "-m", "tools.reference", "--check", page],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (told.returncode, told.stdout.strip()) == (0, ""), told.stderr


def test_a_stale_page_is_found(tmp_path, monkeypatch):
    """Red twin: one changed word in a page fails the check."""
    from tools.reference import __main__ as reference

    pages = tmp_path / "docs" / "reference"
    pages.mkdir(parents=True)
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    assert reference.main(["roles"]) == 0
    assert reference.main(["--check", "roles"]) == 0
    page = pages / "roles.md"
    page.write_text(page.read_text(encoding="utf-8").replace("审计员", "审计官", 1), encoding="utf-8")
    assert reference.main(["--check", "roles"]) == 1


def test_every_public_noun_stands_in_the_glossary(monkeypatch):
    from tools import glossary

    assert glossary.missing() == []
    monkeypatch.setattr(glossary, "titles", lambda: {"no_such_role": "无"})
    assert glossary.missing() == ["no_such_role"]
