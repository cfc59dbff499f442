"""Errors of the port at which reviews are asked."""

from ziyuan.base.errors import ZiyuanError


class NobodyReviews(ZiyuanError):
    code = "ZY-DLV-048"
    remedy = "请系统管理员检查安装是否完整(流程组件或办理它的事项没有装入)。"

    def __init__(self) -> None:
        super().__init__("没有可用的审核流程。")
