"""What can go wrong when the sample province is made or delivered."""

from ziyuan.base.errors import UserError


class CountyUnknown(UserError):
    """No outline or no villages are known under this code."""

    code = "ZY-SMP-001"
    remedy = "请给出安徽省县级行政区划代码(6 位),如 340123;可用代码见 examples/outlines/anhui.geojson。"

    def __init__(self, county: str) -> None:
        super().__init__(f"示例数据中没有县级代码“{county}”。", county=county)


class PatchesOutOfRange(UserError):
    """Fewer or more patches than the generator makes."""

    code = "ZY-SMP-002"
    remedy = "图斑数应在 2000 到 2000000 之间。"

    def __init__(self, patches: int) -> None:
        super().__init__(f"图斑数 {patches} 超出可生成的范围。", patches=patches)
