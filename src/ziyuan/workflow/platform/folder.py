"""The adapter of an installation without a line to the platform: files in a folder that somebody, or a device, carries.

`platform/out` holds a request for each case (`<case>.number.json`) and a file for each report; the platform's answer is
laid into `platform/in` under the request's name, as `{"no": "…"}`. Until it lies there the platform counts as away.
"""

import json
import os
from pathlib import Path
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.errors import PlatformAway
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.platform.port import Order, Report

LONGEST = 60


class Folder:
    """Reports go out as files, numbers come in as files."""

    name = "文件交换"

    def number(self, order: Order) -> str:
        """The number that was laid in for this case. Raises PlatformAway until then."""
        name = f"{order.key}.number.json"
        answer = _folder("in") / name
        if not answer.is_file():
            _write(_folder("out") / name, {"case": order.key, **order.facts})
            raise PlatformAway(f"平台还没有给出 {order.key} 的编码(等待 in/{name})")
        try:
            given = json.loads(answer.read_text(encoding="utf-8"))["no"]
        except (ValueError, KeyError, TypeError) as error:
            raise PlatformAway(f"in/{name} 不可读({type(error).__name__}),应为 {{\"no\": \"编码\"}}") from error
        found = clean(given) if isinstance(given, str) else ""
        if not found or len(found) > LONGEST:
            raise PlatformAway(f"in/{name} 中的编码应为 1 至 {LONGEST} 个字的文本")
        return found

    def report(self, report: Report) -> None:
        """Lay the report out; the same one again is the same file."""
        told = {"key": report.key, "number": report.number, "step": report.step, "at": report.at, **report.facts}
        _write(_folder("out") / f"{report.key}.json", told)


def _folder(name: str) -> Path:
    return kernel.node().folder("platform", name)


def _write(path: Path, told: dict[str, Any]) -> None:
    """A reader sees all of it or nothing, also after a power cut."""
    partial = path.with_name(f".{path.name}.part")
    with partial.open("w", encoding="utf-8") as out:
        json.dump(told, out, ensure_ascii=False, indent=1, sort_keys=True)
        out.flush()
        os.fsync(out.fileno())
    partial.rename(path)
