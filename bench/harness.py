"""Time things fairly: peers interleaved in one run, median and spread, the machine named beside the figures."""

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleaved(ways: dict[str, Callable[[int], object]], runs: int) -> dict[str, list[float]]:
    """Run every way once per round, `runs` rounds; seconds by way. Round numbers let each pick its own input."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(runs):
        for name, work in ways.items():
            found[name].append(seconds(lambda work=work, number=number: work(number)))  # type: ignore[misc]
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of them lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def row(name: str, values: Sequence[float], unit: float = 1000.0) -> str:
    """A table row: p50, p95, least, most (milliseconds by default)."""
    told = (statistics.median(values), percentile(values, 0.95), min(values), max(values))
    return f"| {name} | {len(values)} | " + " | ".join(f"{v * unit:.1f}" for v in told) + " |"


HEAD = "| 项目 | 次数 | 中位(毫秒) | p95 | 最小 | 最大 |\n|---|---|---|---|---|---|"


def machine() -> str:
    """What it ran on."""
    load = os.getloadavg()[0]
    return f"{platform.machine()},{os.cpu_count()} 核,Python {platform.python_version()},开始时负载 {load:.1f}"


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    """Where generated files go: a folder that is kept, with what an earlier run made, or one for this run alone."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="ziyuan-bench-") as path:
        yield Path(path)
