"""Ceilings, error codes and hygiene turn red when they should."""

import ast
from pathlib import Path

import pytest
from tools.errors_reference import Error

from tools import ceilings, errors_reference, hygiene


def test_a_function_of_51_lines_is_over_the_ceiling_and_one_of_50_is_not(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    body = "    a = 1\n"
    path.write_text(f"def fits():\n{body * 49}\ndef over():\n{body * 50}")
    assert {name: lines for name, _first, lines in ceilings.functions(path)} == {"fits": 50, "over": 51}
    assert ceilings.FUNCTION_LINES == 50


def error(code: str, name: str) -> Error:
    return Error(code, name, ("UserError",), "…", None, None, f"{name}.py")


def test_a_code_given_out_twice_is_found_with_both_places() -> None:
    (line,) = errors_reference.faults([error("ZY-KRN-001", "One"), error("ZY-KRN-001", "Two")])
    assert "One.py" in line and "Two.py" in line


@pytest.mark.parametrize("code", ["ZY-KERNEL-001", "ZY-KRN-1", "ZY-krn-001"])
def test_a_code_of_another_form_is_refused(code: str) -> None:
    assert errors_reference.faults([error(code, "One")])


def test_the_page_shows_sentence_values_remedy_and_status(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(errors_reference, "ROOT", tmp_path)
    (tmp_path / "errors.py").write_text(
        "class Gone(UserError):\n"
        "    '''No such thing.'''\n"
        "    code = 'ZY-KRN-007'\n"
        "    remedy = '请核对编号。'\n"
        "    def __init__(self, number):\n"
        "        super().__init__(f'没有编号为“{number}”的案件。', number=number)\n"
    )
    page = errors_reference.page(errors_reference.read(tmp_path / "errors.py"))
    assert "| ZY-KRN-007 | 没有编号为“〈number〉”的案件。 | 请核对编号。 | 422 | `Gone` |" in page


def test_every_code_of_the_platform_is_given_out_once() -> None:
    assert errors_reference.faults(errors_reference.collect()) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "see https://py" + "pi.org/simple"),
        ("a.py", 'PATH = "/wo' + 'rk/main"'),
        ("a.py", "import gm" + "ssl"),
        ("a.lock", "gm" + "ssl==3.2.2"),
        ("package-lock.json", '  "resolved": "x"'),
    ],
)
def test_what_must_not_stand_in_the_tree_is_found(tmp_path: Path, monkeypatch, name: str, text: str) -> None:
    monkeypatch.setattr(hygiene, "ROOT", tmp_path)
    (tmp_path / name).write_text(text)
    assert len(list(hygiene.faults(tmp_path / name))) == 1


def test_ordinary_text_is_left_alone(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(hygiene, "ROOT", tmp_path)
    (tmp_path / "a.py").write_text("from ziyuan.base import sm\nPATH = 'framework/rooted'\n")
    assert list(hygiene.faults(tmp_path / "a.py")) == []


def test_every_tool_is_valid_python() -> None:
    for path in ceilings.python_files():
        ast.parse(path.read_text(encoding="utf-8"))
