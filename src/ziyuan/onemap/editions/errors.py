"""Errors of editions: what cannot be sealed, compared or proved."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ziyuan.base.errors import UserError, ZiyuanError, nearest

if TYPE_CHECKING:
    from ziyuan.onemap.quality.chains import Chain, Stage
    from ziyuan.onemap.quality.stages import Break, Row


class UnknownLayer(UserError):
    code = "ZY-EDN-001"
    status = 404
    remedy = "请使用“标准@版次/实体”形式的图层标识,如 tdt1057@2020/DLTB;可用图层见图层目录。"

    def __init__(self, layer: str, known: Iterable[str]) -> None:
        near = nearest(layer, known)
        hint = f",最接近的是“{near}”" if near else ""
        super().__init__(f"没有图层“{layer}”{hint}。", layer=layer, nearest=near)


class MissingColumn(UserError):
    code = "ZY-EDN-002"
    remedy = "请按数据标准补齐字段后重新汇交。"

    def __init__(self, layer: str, column: str) -> None:
        super().__init__(f"图层 {layer} 缺少字段“{column}”,不能入库。", layer=layer, column=column)


class RepeatedKey(UserError):
    code = "ZY-EDN-003"
    remedy = "请给每个要素唯一的标识码后重新汇交。"

    def __init__(self, layer: str, key: str, rows: tuple[int, int]) -> None:
        super().__init__(
            f"图层 {layer} 第 {rows[0]} 行与第 {rows[1]} 行的标识码相同:“{key}”。",
            layer=layer,
            key=key,
            rows=list(rows),
        )


class NoKey(UserError):
    code = "ZY-EDN-004"
    remedy = "请填写标识码后重新汇交。"

    def __init__(self, layer: str, row: int, field: str) -> None:
        super().__init__(f"图层 {layer} 第 {row} 行没有{field}。", layer=layer, row=row, field=field)


class UnreadableValue(UserError):
    code = "ZY-EDN-005"
    remedy = "请按数据标准的字段类型改正该值后重新汇交。"

    def __init__(self, layer: str, row: int, field: str, value: object, wanted: str) -> None:
        super().__init__(
            f"图层 {layer} 第 {row} 行:{field}=“{value}”不是{wanted}。",
            layer=layer, row=row, field=field, value=str(value),
        )  # fmt: skip


class EmptyGeometry(UserError):
    code = "ZY-EDN-006"
    remedy = "请补上该要素的图形,或删除该要素后重新汇交。"

    def __init__(self, layer: str, key: str, kind: str) -> None:
        title = {"point": "点", "line": "线", "polygon": "面"}[kind]
        super().__init__(f"图层 {layer} 要素“{key}”没有图形,或图形不是{title}。", layer=layer, key=key)


class NotReversible(ZiyuanError):
    code = "ZY-EDN-007"
    remedy = "请核对该要素的坐标是否落在本县所在的3度带内。"
    status = 422

    def __init__(self, layer: str, key: str, zone: int) -> None:
        super().__init__(
            f"图层 {layer} 要素“{key}”的坐标换算到 EPSG:4490 后不能还原为第 {zone} 带的原坐标。",
            layer=layer, key=key, zone=zone,
        )  # fmt: skip


class NoEdition(UserError):
    code = "ZY-EDN-008"
    status = 404
    remedy = "请先在图层目录中查看该县已有的版本。"

    def __init__(self, layer: str, county: str, wanted: object) -> None:
        super().__init__(
            f"县区 {county} 的图层 {layer} 没有版本“{wanted}”。",
            layer=layer,
            county=county,
            wanted=str(wanted),
        )


class WrongZone(UserError):
    code = "ZY-EDN-009"
    remedy = "请按本县所在的3度带投影后重新汇交。"

    def __init__(self, layer: str, epsg: int, zone: int) -> None:
        super().__init__(
            f"图层 {layer} 的坐标系是 EPSG:{epsg},本县应为第 {zone} 带。", layer=layer, epsg=epsg, zone=zone
        )


class NotKeptByCases(UserError):
    code = "ZY-EDN-010"
    status = 409
    remedy = "要素编号应在本县该图层内唯一;如需变更,请先撤回原办件写入的要素。"

    def __init__(self, layer: str, key: str, case_no: str) -> None:
        super().__init__(
            f"图层 {layer} 的要素“{key}”已由办件 {case_no} 写入。", layer=layer, key=key, case_no=case_no
        )


class WrittenByCases(UserError):
    code = "ZY-EDN-011"
    status = 409
    remedy = "该图层由办件写入,版本由系统定时切出;请不要在汇交中包含它。"

    def __init__(self, layer: str) -> None:
        super().__init__(f"图层 {layer} 由办件写入,不接受汇交。", layer=layer)


class WrongBase(UserError):
    code = "ZY-EDN-012"
    status = 409
    remedy = "请先应用之前的增量包,或向发出方索取以本地现有版本为基础的增量包。"

    def __init__(self, layer: str, county: str, wanted: str, found: str) -> None:
        held = f"本地在该日的版本是 {found[:16]}…" if found else "本地在该日没有版本"
        super().__init__(
            f"县区 {county} 图层 {layer}:增量包以版本摘要 {wanted[:16]}… 为基础,{held}。",
            layer=layer, county=county, wanted=wanted, found=found,
        )  # fmt: skip


class TargetMissed(UserError):
    code = "ZY-EDN-013"
    status = 422
    remedy = "请向发出方重新索取增量包;本地数据没有改动。"

    def __init__(self, layer: str, wanted: str, reached: str) -> None:
        super().__init__(
            f"图层 {layer}:应用增量包后得到的摘要 {reached[:16]}… 与包中写明的 {wanted[:16]}… 不同,已全部撤回。",
            layer=layer, wanted=wanted, reached=reached,
        )  # fmt: skip


class ReasonMissing(UserError):
    code = "ZY-EDN-014"
    remedy = "请写明理由后重试。"

    def __init__(self, act: str) -> None:
        super().__init__(f"{act}必须写明理由。", act=act)


class AlreadyWithdrawn(UserError):
    code = "ZY-EDN-015"
    status = 409
    remedy = "请在版本目录中选择仍然有效的版本。"

    def __init__(self, edition: int) -> None:
        super().__init__(f"版本 {edition} 已经撤回。", edition=edition)


class ImpactNotSeen(UserError):
    code = "ZY-EDN-016"
    status = 409
    remedy = "请先查看受影响的内容(影响清单),确认后带上清单的标记再撤回。"

    def __init__(self, edition: int, standing: int) -> None:
        super().__init__(
            f"有 {standing} 项内容以版本 {edition} 为依据,撤回前须查看确认。", edition=edition, standing=standing
        )


class OtherCounty(UserError):
    code = "ZY-EDN-017"
    status = 409
    remedy = "请核对增量包所属的县区和图层。"

    def __init__(self, wanted: str, found: str) -> None:
        super().__init__(f"增量包属于 {found},不是 {wanted}。", wanted=wanted, found=found)


class BadMoment(UserError):
    code = "ZY-EDN-018"
    remedy = "日期写成 2024-12-31,年度写成 2024,时刻写成 2024-12-31T18:00:00+08:00。"

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text}”不是日期或时刻。", text=text)


class NoLevel(UserError):
    code = "ZY-EDN-019"
    remedy = "可用的分类层次:class(地类)、level1(一级类)、three_class(三大类);后两种只用于地类图层。"

    def __init__(self, layer: str, level: str) -> None:
        super().__init__(f"图层 {layer} 不能按“{level}”汇总流量。", layer=layer, level=level)


class StageBroken(UserError):
    """A chain of business does not hold for what was to be written, and its text makes that an error."""

    code = "ZY-EDN-020"
    status = 409

    def __init__(self, breaks: "Sequence[Break]") -> None:
        first = breaks[0]
        more = f"（共 {len(breaks)} 处）" if len(breaks) > 1 else ""
        super().__init__(f"{first.chain.title}：{first.message}不能写入{more}。", chain=first.chain.id, stage=first.stage.id,
                         check=first.check, key=first.row.key, fields={first.field: first.message})  # fmt: skip
        self.remedy = f"{first.remedy}。"
        self.breaks = tuple(breaks)


class StageNeeded(UserError):
    """What was to be withdrawn is the stage before one that stands."""

    code = "ZY-EDN-021"
    status = 409

    def __init__(self, chain: "Chain", stage: "Stage", row: "Row", later: "Stage", standing: "Row") -> None:
        super().__init__(
            f"{chain.title}:{stage.title} {row.key} 的编号被{later.title} {standing.key} 引用为前一环节,不能撤回。",
            chain=chain.id, stage=stage.id, key=row.key, later=later.id, standing=standing.key,
        )  # fmt: skip
        self.remedy = f"先撤回或更正{later.title} {standing.key}。"
