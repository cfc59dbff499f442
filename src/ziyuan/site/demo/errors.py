"""What can stop the demonstration."""

from ziyuan.base.errors import UserError


class NodesUnknown(UserError):
    """No running installation is found from here."""

    code = "ZY-DEM-001"
    remedy = "请先运行 ./ziyuan up,再运行 ./ziyuan demo。"

    def __init__(self, folder: object) -> None:
        super().__init__(f"在 {folder} 没有找到内网、外网两个节点的说明文件。", folder=str(folder))


class StepStuck(UserError):
    """A step of the story did not come about in time."""

    code = "ZY-DEM-002"
    remedy = "请用 ./ziyuan logs 查看节点和交换的日志,处理后重新运行;演示可以重复进行。"

    def __init__(self, step: str, seen: object) -> None:
        super().__init__(f"等待“{step}”超时,最后看到的是:{seen}。", step=step)
