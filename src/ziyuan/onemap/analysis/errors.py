"""Errors of analysis: a site that cannot be judged, layers that do not fit together."""

from decimal import Decimal

from ziyuan.base.errors import UserError, ZiyuanError


class BadSite(UserError):
    code = "ZY-ANL-001"
    remedy = "请修正界址点顺序,使各环不自相交、孔洞位于外环之内,然后重新上传。"

    def __init__(self, reason: str, east: float | None = None, north: float | None = None) -> None:
        place = f"(约在东 {east:.4f}、北 {north:.4f} 处)" if east is not None and north is not None else ""
        super().__init__(f"用地范围图形无效{place}:{reason}。", reason=reason, x=east, y=north)


class DoesNotAddUp(ZiyuanError):
    code = "ZY-ANL-002"
    status = 422
    remedy = "请核对该图层在用地范围内是否有图斑相互重叠;由数据汇交单位更正后重新分析。"

    def __init__(self, layer: str, site: Decimal, pieces: Decimal, count: int) -> None:
        super().__init__(
            f"图层 {layer} 与用地范围叠加得到 {count} 块,面积合计 {pieces} 平方米,与用地面积 {site} 平方米相差"
            f" {pieces - site} 平方米,超过 {Decimal('0.01') * count} 平方米的舍入限差。",
            layer=layer,
            site_m2=str(site),
            pieces_m2=str(pieces),
            pieces=count,
        )


class UnknownTheme(UserError):
    code = "ZY-ANL-003"
    remedy = "可用主题:land_use、farmland、red_line、urban_boundary。"

    def __init__(self, theme: str) -> None:
        super().__init__(f"没有分析主题“{theme}”。", theme=theme)


class NoCounty(UserError):
    code = "ZY-ANL-004"
    remedy = "请核对坐标、带号和坐标轴顺序;用地范围应在本节点的行政区内。"

    def __init__(self) -> None:
        super().__init__("用地范围不在任何已登记的县级行政区内。")
