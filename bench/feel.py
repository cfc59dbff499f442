"""FEEL: parse, compile and run a condition of three terms, beside other engines where they are installed.

Run: `python bench/feel.py [--peers FOLDER]`; FOLDER is where `pip install --target FOLDER zen-engine bkflow-feel
pySFeel simpleeval` put the peers (they are no part of this platform). Median of rounds in which all take turns;
processor time of this process, so that other work on the machine counts little. Answers are checked first.
"""

import argparse
import importlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pyarrow as pa
from harness import machine

from ziyuan.base import feel
from ziyuan.base.feel.expression import parse
from ziyuan.base.feel.rows import Column, RowCondition

TEXT = '面积 > 10 and 地类 in ("0101", "0103") and 坡度级别 != "1"'
ROW = {"面积": Decimal(12), "地类": "0103", "坡度级别": "2"}
PLAIN = 'area > 10 and (kind = "0101" or kind = "0103") and slope != "1"'
VALUES = {"area": 12, "kind": "0103", "slope": "2"}
NONE: frozenset[str] = frozenset()
ROUNDS = 15


def per_call(work: Callable[[], object], calls: int) -> float:
    """Microseconds of processor time a call."""
    begun = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - begun) / calls * 1e6


def peers() -> dict[str, Callable[[], object]]:
    """What can be imported: name → one evaluation of the same condition, already parsed where the peer allows."""
    found: dict[str, Callable[[], object]] = {}
    known = {"zen-engine(自有方言)": _zen, "bkflow-feel": _bkflow, "pySFeel": _pysfeel, "simpleeval(非 FEEL)": _simple}
    for name, make in known.items():
        try:
            found[name] = make()
        except ImportError:
            print(f"{name}:没有安装,略过")
    return found


def _zen() -> Callable[[], object]:
    compiled = importlib.import_module("zen").compile_expression(
        'area > 10 and kind in ["0101", "0103"] and slope != "1"'
    )
    return lambda: compiled.evaluate(VALUES)


def _bkflow() -> Callable[[], object]:
    evaluate = importlib.import_module("bkflow_feel.api").parse_expression
    return lambda: evaluate(PLAIN, VALUES)


def _pysfeel() -> Callable[[], object]:
    engine = importlib.import_module("pySFeel").SFeelParser()
    text = '12 > 10 and ("0103" = "0101" or "0103" = "0103") and "2" != "1"'
    return lambda: engine.sFeelParse(text)[1]


def _simple() -> Callable[[], object]:
    simpleeval = importlib.import_module("simpleeval")
    text = 'area > 10 and (kind == "0101" or kind == "0103") and slope != "1"'
    engine = simpleeval.SimpleEval(names=VALUES)
    tree = engine.parse(text)
    return lambda: engine.eval(text, previously_parsed=tree)


def conditions() -> None:
    """Ours and theirs in turn."""
    ours = feel.compile(TEXT, ROW)
    ways: dict[str, tuple[Callable[[], object], int]] = {
        "本平台:已编译的三项条件": (lambda: ours(ROW), 4000),
        "本平台:取缓存再求值": (lambda: feel.compile(TEXT, ROW)(ROW), 2000),
        "本平台:只解析": (lambda: parse(TEXT, NONE, NONE, NONE), 200),
    }
    ways |= {name: (work, 20 if "pySFeel" in name or "bkflow" in name else 1000) for name, work in peers().items()}
    for name, (work, _) in ways.items():
        answer = work()
        if "只解析" not in name and answer is not True:
            print(f"{name}:答案不是 true,而是 {answer!r}")
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (work, calls) in ways.items():
            taken[name].append(per_call(work, calls))
    print("| 项目 | 中位(微秒) | 最小 | 最大 |\n|---|---|---|---|")
    for name, values in taken.items():
        print(f"| {name} | {statistics.median(values):.1f} | {min(values):.1f} | {max(values):.1f} |")


def rows(count: int) -> None:
    """One condition over many rows: kernel against interpreter."""
    draw = np.random.default_rng(20261125)
    columns = {"面积": Column("面积", "number", scale=2), "地类": Column("地类", "text"), "坡度级别": Column("坡度级别", "text")}
    arrays = {
        "面积": pa.array(draw.uniform(0, 1000, count).round(2)),
        "地类": pa.array(draw.choice(["0101", "0103", "0201", "0301"], count)),
        "坡度级别": pa.array(draw.choice(["1", "2", "3"], count)),
    }
    condition = RowCondition(TEXT, columns)
    taken = [per_call(lambda: condition.of_arrow(arrays, count), 1) / 1e6 for _ in range(3)]
    few = min(count, 20_000)
    table = [dict(zip(arrays, line, strict=True)) for line in zip(*(a[:few].to_pylist() for a in arrays.values()), strict=True)]
    slow = per_call(lambda: [condition.of_row(line) for line in table], 1) / 1e6
    print(f"按列求值 {count} 行:{min(taken):.3f} 秒,每秒 {count / min(taken):,.0f} 行;逐行解释每秒 {few / slow:,.0f} 行")


def first_line(times: int) -> None:
    """From the start of the command to its first answer."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "ziyuan.site.cli", "feel", "eval"], input=b'{"expression":"1+1"}\n',
            stdout=subprocess.DEVNULL, check=True, env=os.environ,
        )  # fmt: skip
        taken.append(time.perf_counter() - begun)
    print(f"ziyuan feel eval 从启动到答完一行:中位 {statistics.median(taken):.2f} 秒,最小 {min(taken):.2f} 秒(墙钟)")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description="测量 FEEL 的速度")
    parser.add_argument("--peers", default="", help="装有对照引擎的文件夹")
    parser.add_argument("--rows", type=int, default=1_000_000, help="按列求值的行数")
    given = parser.parse_args()
    if given.peers:
        sys.path.append(given.peers)
    print(machine())
    conditions()
    rows(given.rows)
    first_line(7)


if __name__ == "__main__":
    main()
