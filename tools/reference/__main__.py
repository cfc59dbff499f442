"""Writes docs/reference/{commands,settings,events,api,roles}.md from the code; `--check` only says what is stale.

`python -m tools.reference [--check] [name …]`. Exit code 1: a page is stale, or the code holds something unexplained.
"""

import sys
from importlib import import_module

from tools.reference.common import ROOT

PAGES = {"commands": "命令", "settings": "设置", "events": "事件", "api": "接口", "roles": "角色与权限"}
NOTE = "由 `python -m tools.reference` 从源程序生成,请勿手改。\n\n"


def main(arguments: list[str]) -> int:
    names = [a for a in arguments if a in PAGES] or list(PAGES)
    lines = []
    for name in names:
        body, faults = import_module(f"tools.reference.{name}").page()
        lines += faults
        path, text = ROOT / "docs" / "reference" / f"{name}.md", f"# {PAGES[name]}\n\n{NOTE}{body}"
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            lines.append(f"docs/reference/{name}.md 与源程序不一致,请运行 python -m tools.reference")
    print("\n".join(lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
