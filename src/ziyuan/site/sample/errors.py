"""What can go wrong when the sample province is made or delivered."""

from ziyuan.base.errors import UserError
from ziyuan.base.node_client import NodeRefused as NodeRefused
from ziyuan.base.node_client import NodeSilent as NodeSilent


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


class AccountMissing(UserError):
    """No sample account of a role and region is listed."""

    code = "ZY-SMP-005"
    remedy = "示例账号由安装时生成;请运行 ./ziyuan status 查看,或用 ./ziyuan reset 重新安装示例。"

    def __init__(self, role: str, region: str) -> None:
        super().__init__(f"示例账号中没有 {region} 的 {role}。", role=role, region=region)


class DeliveryFailed(UserError):
    """A delivery that should pass came back, or did not get ready in time."""

    code = "ZY-SMP-006"
    remedy = "请在汇交页面查看该次汇交的问题清单和日志(./ziyuan logs)。"

    def __init__(self, number: str, state: str, told: str) -> None:
        super().__init__(f"汇交 {number} 当前为“{state}”:{told}", number=number, state=state)
