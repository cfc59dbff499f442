"""Faults of packs."""

from ziyuan.base.errors import UserError, ZiyuanError


class PackFault(ZiyuanError):
    code = "ZY-PCK-001"
    remedy = "请改正业务包文本后运行 ziyuan pack check。"

    def __init__(self, pack: str, what: str) -> None:
        super().__init__(f"业务包“{pack}”:{what}。", pack=pack, what=what)


class UnknownMatter(UserError):
    code = "ZY-PCK-002"
    status = 404
    remedy = "可申报的事项见首页“办事”列表。"

    def __init__(self, key: str) -> None:
        super().__init__(f"没有事项“{key}”。", matter=key)
