"""What stops the reading of a VCT file, each with its line and the next step."""

from ziyuan.base.errors import UserError


class NotVct(UserError):
    code = "ZY-VCT-001"
    remedy = "请在原软件中检查后重新导出 VCT 3.0(GB/T 17798-2007);如仍不行,可改交 GeoPackage 或 Shapefile。"

    def __init__(self, why: str) -> None:
        super().__init__(f"文件不是可读取的 VCT 3.0 文件:{why}。", why=why)


class Misplaced(UserError):
    """A line that the section does not allow at this place, or a file that ends too early."""

    code = "ZY-VCT-002"
    remedy = "请在原软件中检查后重新导出 VCT 3.0(GB/T 17798-2007);如仍不行,可改交 GeoPackage 或 Shapefile。"

    def __init__(self, line: int, section: str, expected: str, found: str) -> None:
        shown = f"读到的是“{found[:40]}”" if found else "文件在此中断"
        super().__init__(f"第 {line} 行({section}):此处应为{expected},{shown}。", line=line, section=section, value=found[:40])


class NotANumber(UserError):
    code = "ZY-VCT-003"
    remedy = "请改正该行的坐标或数值后重新导出。"

    def __init__(self, line: int, what: str, found: str) -> None:
        super().__init__(f"第 {line} 行:{what}“{found[:60]}”不是有效的数。", line=line, value=found[:60])


class KindUnknown(UserError):
    code = "ZY-VCT-004"
    remedy = "请在原软件中把圆弧、曲线等转为折线(类型 11)、间接线转为直接坐标后重新导出。"

    def __init__(self, line: int, thing: str, number: str, kind: str) -> None:
        shown = kind[:20]
        super().__init__(f"第 {line} 行:{thing} {number} 的类型是“{shown}”,尚不能读取,未作近似处理。", line=line, value=shown)


class LineMissing(UserError):
    code = "ZY-VCT-005"
    remedy = "文件缺少边界线,请在原软件中重建拓扑后重新导出。"

    def __init__(self, polygon: int, reference: int, others: int) -> None:
        more = f",另有 {others} 处" if others else ""
        super().__init__(f"面 {polygon} 引用的对象 {abs(reference)} 不在文件中{more}。", key=str(polygon), value=reference)


class RingOpen(UserError):
    code = "ZY-VCT-006"
    remedy = "请在原软件中重建拓扑,使各边界线首尾相接、引用方向正确后重新导出。"

    def __init__(self, polygon: int, reference: int, gap: float, x: float, y: float, others: int) -> None:
        more = f";另有 {others} 处" if others else ""
        super().__init__(
            f"面 {polygon} 的边界在线 {reference} 之后断开 {gap:.4f}(坐标 {x:.4f}, {y:.4f}){more}。",
            key=str(polygon), value=reference, measure=gap, x=x, y=y,
        )  # fmt: skip


class RingTooShort(UserError):
    code = "ZY-VCT-007"
    remedy = "请删除或补全该面后重新导出。"

    def __init__(self, polygon: int, points: int) -> None:
        super().__init__(f"面 {polygon} 有一圈只有 {points} 个不同的点,不能构成面。", key=str(polygon), value=points)


class ValuesWrong(UserError):
    code = "ZY-VCT-008"
    remedy = "值中的分隔符应写成全角逗号,换行应写成空格;请改正后重新导出。"

    def __init__(self, line: int, table: str, expected: int, found: int) -> None:
        super().__init__(f"第 {line} 行:属性表 {table} 的一行应有 {expected} 个值,读到 {found} 个。", line=line, layer=table)


class CodeUnknown(UserError):
    code = "ZY-VCT-009"
    remedy = "请在 FeatureCode 一节登记该要素代码后重新导出。"

    def __init__(self, section: str, number: int, code: str, others: int) -> None:
        more = f",另有 {others} 个对象如此" if others else ""
        super().__init__(f"{section}对象 {number} 的要素代码“{code[:20]}”没有在 FeatureCode 中登记{more}。",
                         key=str(number), value=code[:20])  # fmt: skip


class HeadWrong(UserError):
    code = "ZY-VCT-010"
    remedy = "请改正文件头后重新导出;坐标系也可用 --crs(或提交时的坐标系选项)指明。"

    def __init__(self, key: str, value: str, why: str) -> None:
        super().__init__(f"文件头 {key} 的值“{value[:60]}”{why}。", field=key, value=value[:60])


class NumberTwice(UserError):
    code = "ZY-VCT-011"
    remedy = "对象标识码在整个文件中不得重复,请重新编号后导出。"

    def __init__(self, section: str, number: int, others: int) -> None:
        more = f",另有 {others} 个" if others else ""
        super().__init__(f"{section}对象标识码 {number} 出现两次{more}。", key=str(number))
