"""Commands of the installation, used by `./ziyuan`: provision, keys, worker, exchange, ferry, load-sample."""

import asyncio
import json
import os
import sys
from importlib import import_module
from pathlib import Path

import click
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")


@click.group()
def manage() -> None:
    """安装与运行命令(由 ./ziyuan 调用)。"""


@manage.command()
def keys() -> None:
    """生成节点的 SM2 密钥(已有则保留),输出公钥。"""
    from ziyuan.kernel.nodes.keys import make_keys

    click.echo(make_keys(), nl=False)


@manage.command()
def provision() -> None:
    """建表、套用数据标准、授权、登记行政区;示例节点另建示例账号。"""
    django.setup()
    from ziyuan.site.provision import provision as run

    for step in run():
        click.echo(step)


@manage.command()
def worker() -> None:
    """执行后台任务。"""
    django.setup()
    from ziyuan.kernel.files.store import sweep_partials
    from ziyuan.kernel.jobs.worker import work
    from ziyuan.kernel.nodes.node import node
    from ziyuan.onemap import service as onemap

    sweep_partials()  # halves of files that a kill left
    onemap.sweep()  # lake files of sealings that a kill stopped
    asyncio.run(work(f"{node().name}-{os.getpid()}"))


@manage.command()
def exchange() -> None:
    """打包待发的交换包,导入收到的交换包。"""
    django.setup()
    import_module("ziyuan.exchange.service").run()


@manage.command()
def ferry() -> None:
    """在两个节点的收发文件夹之间搬运交换包(单向导入设备的替身)。"""
    import_module("ziyuan.exchange.ferry").run()


@manage.command("load-sample")
@click.option("--password-file", type=click.Path(exists=True), default=None, help="示例账号清单,缺省用节点自己的。")
def load_sample(password_file: str | None) -> None:
    """生成三个示例县,并像真正的数据员一样汇交、验收。"""
    django.setup()
    from ziyuan.kernel.nodes.node import node

    accounts = json.loads(Path(password_file or node().data / "accounts.json").read_text(encoding="utf-8"))
    import_module("ziyuan.site.sample.load").load_sample(node().url, accounts)


if __name__ == "__main__":
    sys.exit(manage())
