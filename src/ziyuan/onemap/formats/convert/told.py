"""What a conversion tells: losses, each with field, rows and an example, and what it refuses to write."""

import json
from dataclasses import asdict, dataclass

from ziyuan.base.errors import UserError


@dataclass(frozen=True)
class Loss:
    """One kind of loss in one layer (and field). `rows` counts those changed; `old` and `new` are of the first."""

    kind: str
    layer: str
    field: str | None
    rows: int
    message: str
    row: int | None = None
    old: str | None = None
    new: str | None = None
    old_values: int | None = None
    new_values: int | None = None

    def to_json(self) -> str:
        """One line: the kind under `loss`."""
        told = asdict(self)
        return json.dumps({"loss": told.pop("kind"), **told}, ensure_ascii=False)

    def to_line(self) -> str:
        """One line for a terminal."""
        place = f"{self.layer}  {self.field}" if self.field else self.layer
        shown = f"(第 {self.row} 行“{_short(self.old)}”→“{_short(self.new)}”)" if self.row and self.old is not None else ""
        counts = f",不同取值 {self.old_values} → {self.new_values} 个" if self.old_values != self.new_values else ""
        return f"损失  {place}  {self.rows} 行:{self.message}{shown}{counts}"


def _short(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= 30 else text[:30] + "…"


class OutputExists(UserError):
    code = "ZY-FMT-060"
    remedy = "请换一个名称,或加 --force 覆盖。"

    def __init__(self, name: str) -> None:
        super().__init__(f"目标“{name}”已存在,未覆盖。", file=name)


class OutputUnknown(UserError):
    code = "ZY-FMT-061"
    remedy = ("可写的格式:.gpkg、.gdb(文件夹)或 .gdb.zip、.shp 或 .zip、.vct、.geojson、.fgb、.dxf、.gml、.kml、.parquet、"
              ".xlsx、.csv、.txt(界址点)。")  # fmt: skip

    def __init__(self, name: str) -> None:
        super().__init__(f"不能写这种格式:“{name}”。", file=name)


class SeveralLayers(UserError):
    code = "ZY-FMT-062"
    remedy = "请用 --layer 指定其中一个,或改用能装多个图层的格式(.gpkg、.gdb、.vct、.xlsx、.zip)。"

    def __init__(self, title: str, names: list[str]) -> None:
        super().__init__(f"{title} 只能装一个图层,源文件有 {len(names)} 个:{'、'.join(names)}。", layers=names)


class LayerNotThere(UserError):
    code = "ZY-FMT-063"
    remedy = "请核对 --layer 所写的名称。"

    def __init__(self, layer: str, names: list[str]) -> None:
        super().__init__(f"源文件没有图层“{layer}”(有:{'、'.join(names) or '无'})。", layer=layer)


class CannotCarry(UserError):
    code = "ZY-FMT-064"
    remedy = "请改用 .gpkg 或 .parquet;或先在源软件中拆分、转换。"

    def __init__(self, layer: str, title: str, what: str) -> None:
        super().__init__(f"图层 {layer} 不能写为 {title}:{what}。", layer=layer)


class CurvesFound(UserError):
    code = "ZY-FMT-065"
    remedy = "请在源软件中把曲线转为折线后重新导出;平台不代为近似。"

    def __init__(self, layer: str, row: int, count: int) -> None:
        super().__init__(f"图层 {layer} 第 {row} 行的图形是曲线或不能识别(共 {count} 个)。", layer=layer, row=row)


class NothingToConvert(UserError):
    code = "ZY-FMT-066"
    remedy = "请确认文件中有图层和要素。"

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}”中没有可转换的图层。", file=name)
