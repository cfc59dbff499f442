"""Faults of files as files. Each can be raised, or become a located finding."""

from ziyuan.base.errors import UserError
from ziyuan.onemap.formats.tree_errors import *  # noqa: F403


class Disguised(UserError):
    code = "ZY-FMT-001"
    remedy = "请从原软件重新导出真正的数据文件,不要只改扩展名。"

    def __init__(self, file: str, kind: str) -> None:
        super().__init__(f"文件“{file}”的内容不是 {kind}:扩展名与内容不符,未读取。", file=file, kind=kind)


class KindNotTaken(UserError):
    code = "ZY-FMT-002"
    remedy = ("可用的格式:.gpkg、.gdb(文件夹或 ZIP)、.shp(一组文件或 ZIP)、.vct、.geojson、.fgb、.dxf、.gml、.kml、"
              ".parquet、.xlsx、.csv、.txt(界址点)。")  # fmt: skip

    def __init__(self, file: str, instead: str | None = None) -> None:
        super().__init__(f"不接收这种文件:“{file}”。", remedy=instead, file=file)


class ShapefileIncomplete(UserError):
    code = "ZY-FMT-003"
    remedy = "请把同名的 .shp、.shx、.dbf(以及 .prj)一起放入压缩包。"

    def __init__(self, file: str, missing: str) -> None:
        super().__init__(f"Shapefile“{file}”缺少 {missing} 文件。", file=file, missing=missing)


class ShapefileCut(UserError):
    code = "ZY-FMT-012"
    remedy = "文件在复制或压缩时被截断,请从原软件重新导出后整组提交。"

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"“{file}”不完整:{why}。", file=file, why=why)


class LayerMissing(UserError):
    code = "ZY-FMT-004"
    remedy = "请在成果包中补上该图层,图层名用标准中的名称。"

    def __init__(self, layer: str, package: str, found: str) -> None:
        super().__init__(f"{package}缺少必交图层 {layer}(包内有:{found or '无可读图层'})。", layer=layer)


class LayerRepeated(UserError):
    code = "ZY-FMT-005"
    remedy = "同一图层只保留一份。"

    def __init__(self, layer: str, first: str, second: str) -> None:
        super().__init__(f"图层 {layer} 出现两次:“{first}”与“{second}”。", layer=layer)


class LayerSurplus(UserError):
    code = "ZY-FMT-006"
    remedy = "与本次成果无关的图层请移除;该图层未读入。"

    def __init__(self, layer: str, file: str) -> None:
        super().__init__(f"“{file}”中的图层“{layer}”不在成果包规定之内。", layer=layer, file=file)


class MemberSurplus(UserError):
    code = "ZY-FMT-007"
    remedy = "与本次成果无关的文件请移除;该文件未读取。"

    def __init__(self, file: str) -> None:
        super().__init__(f"文件“{file}”不在成果包规定之内。", file=file)


class LayerRenamed(UserError):
    code = "ZY-FMT-008"
    remedy = "下次提交请直接使用标准图层名。"

    def __init__(self, found: str, layer: str) -> None:
        super().__init__(f"图层“{found}”按 {layer} 读入。", found=found, layer=layer)


class NoGeometry(UserError):
    code = "ZY-FMT-009"
    remedy = "请确认导出的是空间图层而不是属性表。"

    def __init__(self, layer: str) -> None:
        super().__init__(f"图层 {layer} 没有图形列。", layer=layer)


class LayerEmpty(UserError):
    code = "ZY-FMT-010"
    remedy = "请检查导出时是否带有筛选条件。"

    def __init__(self, layer: str) -> None:
        super().__init__(f"图层 {layer} 没有任何要素。", layer=layer)


class EncodingMixed(UserError):
    code = "ZY-FMT-020"
    remedy = "请在原软件中统一为一种编码(建议 UTF-8)后重新导出,不要拼接不同编码的属性表。"

    def __init__(self, file: str, field: str, row: int, utf8: int, gbk: int) -> None:
        super().__init__(
            f"“{file}”混用 GBK 与 UTF-8 编码:{gbk} 个不同取值是 GBK,{utf8} 个是 UTF-8,"
            f"首处在第 {row} 行 {field}。",
            file=file, field=field, row=row, utf8=utf8, gbk=gbk,
        )


class ValueUndecodable(UserError):
    code = "ZY-FMT-021"
    remedy = "请检查该值是否被字段长度截断或编码损坏,改正后重新导出。"

    def __init__(self, file: str, field: str, row: int, shown: str, encoding: str) -> None:
        super().__init__(
            f"“{file}”第 {row} 行 {field} 的字节不能按 {encoding} 解读,读到“{shown}”。",
            file=file, field=field, row=row, value=shown,
        )


class EncodingContradicted(UserError):
    code = "ZY-FMT-022"
    remedy = "请核对所示样例;如有乱码,请在提交时指定编码。"

    def __init__(self, file: str, declared: str, used: str, sample: str) -> None:
        super().__init__(
            f"“{file}”声明编码为 {declared},按字节判断为 {used},已按 {used} 读取(如“{sample}”)。",
            file=file, declared=declared, used=used,
        )


class CrsAsked(UserError):
    code = "ZY-FMT-030"
    remedy = "请补上 .prj(或 GeoPackage 坐标系登记),或在提交时指明坐标系;平台不代为猜定。"

    def __init__(self, layer: str, hint: str) -> None:
        super().__init__(f"图层 {layer} 没有坐标系说明{hint}。", layer=layer)


class CrsDigitsConflict(UserError):
    code = "ZY-FMT-031"
    remedy = "请核对坐标系定义与坐标本身,改正不实的一方后重新提交。"

    def __init__(self, layer: str, declared: str, seen: str) -> None:
        super().__init__(f"图层 {layer} 声明的是{declared},坐标却是{seen},两者矛盾。", layer=layer)


class CrsNotThisCounty(UserError):
    code = "ZY-FMT-032"
    remedy = "请投影到本县规定的三度带后重新提交。"

    def __init__(self, layer: str, found: int, county: str, expected: int) -> None:
        super().__init__(
            f"图层 {layer} 的坐标系是 EPSG:{found},{county}应为 EPSG:{expected}。",
            layer=layer, found=found, expected=expected,
        )


class OutsideCounty(UserError):
    code = "ZY-FMT-033"
    remedy = "请核对坐标系、带号和坐标轴次序;确认提交的是本县数据。"

    def __init__(self, layer: str, lon: float, lat: float, county: str, hint: str) -> None:
        super().__init__(
            f"图层 {layer} 落在东经 {lon:.3f}°、北纬 {lat:.3f}° 附近,不在{county}范围内{hint}。",
            layer=layer, lon=lon, lat=lat,
        )


class AxesSwapped(UserError):
    code = "ZY-FMT-034"
    remedy = "请交换横、纵坐标(先东后北)后重新导出。"

    def __init__(self, layer: str) -> None:
        super().__init__(f"图层 {layer} 的横、纵坐标颠倒:带带号的东坐标写在了北坐标的位置。", layer=layer)


class CountyUnknownForDegrees(UserError):
    code = "ZY-FMT-035"
    remedy = "请先选择所属县区,再提交经纬度数据。"

    def __init__(self, layer: str) -> None:
        super().__init__(f"图层 {layer} 是经纬度坐标,未指明县区,不能确定投影带。", layer=layer)


class EncodingUnknown(UserError):
    code = "ZY-FMT-036"
    remedy = "可指定 UTF-8、GB18030 或 GBK。"

    def __init__(self, encoding: str) -> None:
        super().__init__(f"不认识的编码“{encoding}”。", encoding=encoding)


class CrsNameConflict(UserError):
    code = "ZY-FMT-037"
    remedy = "请核对带号:改正文件名、图层名,或改正坐标系定义。"

    def __init__(self, layer: str, name: str, zone: int, declared: str) -> None:
        super().__init__(f"图层 {layer} 的名称“{name}”写的是第 {zone} 带,坐标系却是{declared}。", layer=layer, zone=zone)


class LayoutUnknown(UserError):
    code = "ZY-FMT-040"
    remedy = "请核对 standards/packages 下的成果包规定。"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"成果包规定“{name}”不能使用:{why}。", name=name)


class PassedOver(UserError):
    """Not a fault of the data: what the reader did not take, said so that nobody misses it later."""

    code = "ZY-FMT-011"
    remedy = "如其中有应交的内容,请改用能表达它的格式提交。"

    def __init__(self, file: str, note: str) -> None:
        super().__init__(f"“{file}”:{note}", file=file)
