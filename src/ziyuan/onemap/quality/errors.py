"""What can keep a check from running. What is wrong with the data itself is a finding, never an error."""

from collections.abc import Sequence

from ziyuan.base.errors import UserError, nearest


class LayerNotFound(UserError):
    """None of the file's layers is one that the standard knows."""

    code = "ZY-QLT-001"
    remedy = "用 --layer 指明图层，或核对 --standard。"

    def __init__(self, file: str, asked: str | None, there: Sequence[str], known: Sequence[str]) -> None:
        what = f"没有图层“{asked}”" if asked else "没有本标准的图层"
        hint = nearest(asked, there) if asked else None
        super().__init__(
            f"{file} 中{what}；文件有 {'、'.join(there) or '无'}，标准有 {'、'.join(known)}"
            + (f"；最接近的是“{hint}”。" if hint else "。"),
            file=file,
        )


class ShapesMissing(UserError):
    """The layers are there by name, but as tables without shapes."""

    code = "ZY-QLT-012"
    remedy = "表格中用“WKT”一列,或“东坐标、北坐标”“经度、纬度”两列给出图形;面和线请改交 .gpkg、.shp 或 .vct。"

    def __init__(self, file: str, layers: Sequence[str]) -> None:
        super().__init__(f"{file} 中的图层 {'、'.join(layers)} 没有图形,不能按标准检查。", file=file)


class CrsNotDeclared(UserError):
    """The file does not say its coordinate system, or says one without an EPSG code."""

    code = "ZY-QLT-002"
    remedy = "用 --crs EPSG:4527 的形式指明坐标系。"

    def __init__(self, layer: str, text: str = "") -> None:
        shown = f"（读到“{text[:60]}”）" if text else ""
        super().__init__(f"图层 {layer} 没有可识别的坐标系{shown}。", layer=layer)


class ControlAreasUnreadable(UserError):
    """The table of control areas lacks a column or holds no number where one is needed."""

    code = "ZY-QLT-003"
    remedy = "控制面积表为 CSV，列为 county,edition,part,class,area_m2,source。"

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(f"{file} 第 {line} 行：{what}。", file=file, line=line)


class SwitchRefused(UserError):
    """A mandate's switch that lacks a reason, or would make a rule weigh more than its text says."""

    code = "ZY-QLT-010"
    remedy = "任务书的开关只能降低规则的级别,并须写明理由;要提高级别请改规则本身。"

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(f"规则 {rule} 的开关无效:{why}。", rule=rule)


class ReportFormUnknown(UserError):
    """A report was asked for in a form that is not written."""

    code = "ZY-QLT-011"
    remedy = "报告文件名请以 .html、.pdf、.gpkg、.csv 或 .geojson 结尾。"

    def __init__(self, name: str, forms: Sequence[str]) -> None:
        super().__init__(f"不能按“{name}”的后缀写报告,可用:{'、'.join(forms)}。", name=name)


class ChainUnknown(UserError):
    code = "ZY-QLT-020"
    remedy = "请核对 standards/chains 下的链条。"

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"没有名为“{name}”的业务链条;有:{'、'.join(known)}。", name=name)


class ChainWrong(UserError):
    code = "ZY-QLT-021"
    remedy = "请按 docs/findings.md 的说明改正链条文件。"

    def __init__(self, file: str, where: str, why: str) -> None:
        super().__init__(f"链条文件 {file} 的 {where}:{why}。", file=file, where=where)
