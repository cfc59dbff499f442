"""What reading, publishing and running a process (BPMN) refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ziyuan.base.errors import UserError


class Fault(NamedTuple):
    """One reason why a file cannot run, placed, with the nearest form that can."""

    message: str
    file: str
    element: str
    line: int
    nearest: str = ""

    def text(self) -> str:
        hint = f";可改用：{self.nearest}" if self.nearest else ""
        place = f"{self.file} 第 {self.line} 行" if self.line else self.file
        element = f"({self.element})" if self.element else ""
        return f"{place}{element}:{self.message}{hint}"


class BpmnRefused(UserError):
    """The file cannot be published; `faults` are all reasons."""

    code = "ZY-ENG-001"
    remedy = "请在流程图中逐项改正所指的元素，再重新发布。"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        first = self.faults[0]
        more = f"(共 {len(self.faults)} 处)" if len(self.faults) > 1 else ""
        super().__init__(first.text() + more, faults=[fault._asdict() for fault in self.faults])


class NoWay(UserError):
    """No condition of a gateway holds and it has no default flow."""

    code = "ZY-ENG-002"
    remedy = "请为该网关设默认流向，或补齐条件未覆盖的情形。"

    def __init__(self, gateway: str, name: str, conditions: Sequence[str], values: dict[str, object]) -> None:
        told = ";".join(conditions)
        met = ",".join(f"{key}={value!r}" for key, value in values.items())
        super().__init__(
            f"网关“{name or gateway}”没有一个条件成立({told}),此时 {met or '没有相关的值'}。",
            gateway=gateway,
            values={key: str(value) for key, value in values.items()},
        )


class NotPossible(UserError):
    """The move asked for is not possible in this state of the process."""

    code = "ZY-ENG-003"
    status = 409
    remedy = "请刷新案卷，按当前环节可用的动作继续。"


class Stuck(UserError):
    """Tokens wait at joins that nothing can reach any more."""

    code = "ZY-ENG-004"
    remedy = "请检查流程图：并行分支应在同一个汇合网关结束。"


class BadLevel(UserError):
    """The level of a task is none of county, city, province."""

    code = "ZY-ENG-005"
    remedy = "请改正该环节的 zy:level(county、city、province 或给出其一的 FEEL)。"


class BadTimer(UserError):
    """The text of a timer gives no moment."""

    code = "ZY-ENG-006"
    remedy = "请改正该定时：时长如 P3D，日期如 2026-03-01T09:00:00+08:00，循环如 R3/PT10H，或给出它们的 FEEL。"

    def __init__(self, place: str, text: str, why: str) -> None:
        super().__init__(f"定时“{place}”的“{text[:60]}”{why}。", element=place, text=text[:200])


class UncaughtEvent(UserError):
    """A message or signal that nothing in this process ever waits for."""

    code = "ZY-ENG-007"
    remedy = "请按流程图中消息或信号的名称、编号，或等待它的元素的编号发送。"


class TooMany(UserError):
    """A list or a loop of the process is longer than one step may carry."""

    code = "ZY-ENG-008"
    remedy = "请缩短多实例的清单，或分成几件办理。"
