"""Refusals of the geometry room."""

from ziyuan.base.errors import UserError
from ziyuan.base.geometry.problems import Problem


class BadShape(UserError):
    """A geometry that can not become plane integers; `facts` name its place in the batch (from 0)."""

    code = "ZY-BAS-031"
    remedy = "请在制图软件中修复该图形(种类相符、有限坐标、正确带号,面须闭合)后重新提交。"

    def __init__(self, index: int, problem: Problem) -> None:
        super().__init__(f"第 {index + 1} 个图形:{problem.title}。", index=index, problem=problem.name)


class ShapeText(UserError):
    """Text that should be a shape `{"zone": 39, "parts": [[[[e, n], …], …], …]}` and is not."""

    code = "ZY-BAS-032"
    remedy = '请按 {"zone": 带号, "parts": [[[[东, 北], …], …], …]} 给出整数坐标,每环至少三点。'

    def __init__(self, reason: str) -> None:
        super().__init__(f"图形数据不可用:{reason}。", reason=reason)
