"""Errors of the map's services: questions that cannot be asked so."""

from collections.abc import Iterable

from ziyuan.base.errors import UserError, nearest


class BadBox(UserError):
    code = "ZY-SRV-001"
    remedy = "请按“西,南,东,北”给出十进制度,如 117.1,31.6,117.3,31.8。"

    def __init__(self, text: str) -> None:
        super().__init__(f"范围“{text}”无法读取。", fields={"bbox": f"范围“{text}”无法读取"})


class BadWhere(UserError):
    code = "ZY-SRV-002"
    remedy = "请写成“字段:值”,多个条件用分号隔开,如 DLBM:0101;QSXZ:30;值末尾的 * 表示以其开头。"

    def __init__(self, text: str, known: Iterable[str]) -> None:
        near = nearest(text.split(":")[0], known)
        hint = f",最接近的字段是“{near}”" if near else ""
        super().__init__(
            f"条件“{text}”无法使用{hint}。", fields={"where": f"条件“{text}”无法使用"}, nearest=near
        )


class BadCursor(UserError):
    code = "ZY-SRV-003"
    remedy = "请从第一页重新开始。"

    def __init__(self) -> None:
        super().__init__("翻页标记无法读取。", fields={"after": "翻页标记无法读取"})


class NoStatistics(UserError):
    code = "ZY-SRV-004"
    remedy = "可用的分组:class(地类)、level1(一级地类)、three_class(三大类)、region(行政区)。"

    def __init__(self, layer: str, group: str) -> None:
        super().__init__(f"图层 {layer} 不能按“{group}”统计。", layer=layer, group=group)


class BadTile(UserError):
    code = "ZY-SRV-005"
    status = 404
    remedy = "瓦片按 EPSG:4490 经纬度网格编号:第 z 级有 2^(z+1) 列、2^z 行,z 为 0 至 22。"

    def __init__(self, z: int, x: int, y: int) -> None:
        super().__init__(f"没有瓦片 {z}/{x}/{y}。", z=z, x=x, y=y)


class BadFormat(UserError):
    code = "ZY-SRV-006"
    remedy = "可用格式:gpkg、csv。"

    def __init__(self, name: str) -> None:
        super().__init__(f"不能导出为“{name}”。", format=name)


class NoShapes(UserError):
    code = "ZY-SRV-007"
    remedy = "没有图形的表请按字段(where)、标识码或县区查询。"

    def __init__(self, layer: str) -> None:
        super().__init__(f"{layer} 是没有图形的表,不能按位置查询。", layer=layer)
