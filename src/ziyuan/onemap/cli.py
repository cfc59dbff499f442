"""`ziyuan map …` and `ziyuan standards …`: two tables of commands, each imported when it is called."""

import os

import click

from ziyuan.base.commands import Entry, LazyGroup

_ROOM = "ziyuan.onemap"


@click.command("apply")
def apply() -> None:
    """按数据标准建表、补列(用属主账号;重复执行无妨)。"""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
    django.setup()
    from django.db import connections, transaction

    from ziyuan.onemap.service import apply_standards

    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        click.echo(f"已套用 {apply_standards(cursor)} 个图层。")


MAP = {
    "asof": Entry(f"{_ROOM}.editions.commands", "asof", "回到某个时点:逐要素与分类面积"),
    "changeset": Entry(f"{_ROOM}.editions.node_commands", "changeset", "增量包:生成、查看、应用、合并"),
    "compare": Entry(f"{_ROOM}.editions.node_commands", "compare", "两个节点按摘要并排比对"),
    "convert": Entry(f"{_ROOM}.formats.commands", "convert", "转换格式,逐项说明目标装不下的内容"),
    "check": Entry(f"{_ROOM}.quality.commands", "check", "按数据标准检查一个文件,不需要数据库"),
    "cut": Entry(f"{_ROOM}.editions.node_commands", "cut", "为由办件写入的图层切出版本"),
    "deliver": Entry(f"{_ROOM}.client.commands", "deliver", "汇交一个成果包,等待质检结果"),
    "diff": Entry(f"{_ROOM}.editions.commands", "diff", "比较两个文件或两个版本,逐行列出变化"),
    "digests": Entry(f"{_ROOM}.editions.node_commands", "digests", "导出各县各图层的版本摘要"),
    "editions": Entry(f"{_ROOM}.editions.commands", "editions", "列出图层的版本"),
    "flow": Entry(f"{_ROOM}.editions.commands", "flow", "两个版本之间的地类流量矩阵"),
    "bulletin": Entry(f"{_ROOM}.catalogue.commands", "bulletin", "编制一个月的汇交情况通报"),
    "duty": Entry(f"{_ROOM}.catalogue.commands", "duty", "应汇交清单:谁欠什么、到了哪一步"),
    "find": Entry(f"{_ROOM}.catalogue.commands", "find", "按名称、拼音或代码查找图层、字段、代码"),
    "history": Entry(f"{_ROOM}.editions.commands", "history", "一个要素的来龙去脉"),
    "impact": Entry(f"{_ROOM}.catalogue.commands", "impact", "什么建立在它之上"),
    "lineage": Entry(f"{_ROOM}.catalogue.commands", "lineage", "数据从哪里来"),
    "receipt": Entry(f"{_ROOM}.client.commands", "receipt", "核验一份签名回执"),
    "stages": Entry(f"{_ROOM}.findings.commands", "stages", "前后环节检查:预审、批准、供应、许可、登记"),
    "rollback": Entry(f"{_ROOM}.editions.node_commands", "rollback", "回退:以旧内容另成新版本"),
    "sweep": Entry(f"{_ROOM}.editions.commands", "sweep", "清除没有版本的数据湖文件"),
    "txt": Entry(f"{_ROOM}.formats.commands", "txt", "读取界址点坐标 TXT"),
    "verify": Entry(f"{_ROOM}.editions.commands", "verify", "核验一个版本的摘要"),
    "withdraw": Entry(f"{_ROOM}.editions.node_commands", "withdraw", "撤回版本,先列出受影响的内容"),
}
STANDARDS = {
    "apply": Entry(f"{_ROOM}.cli", "apply", "按数据标准建表、补列"),
    "check": Entry(f"{_ROOM}.standards.commands", "check", "校验模型文件"),
    "diff": Entry(f"{_ROOM}.standards.commands", "diff", "比较两版标准"),
    "list": Entry(f"{_ROOM}.standards.commands", "list_", "列出全部数据标准"),
    "new": Entry(f"{_ROOM}.standards.commands", "new", "新建一个标准"),
    "show": Entry(f"{_ROOM}.standards.commands", "show", "查看一个标准或图层"),
}


@click.command("map", cls=LazyGroup, entries=MAP)
def commands() -> None:
    """一张图:检查、汇交、比较、查询。"""


@click.command("standards", cls=LazyGroup, entries=STANDARDS)
def standards() -> None:
    """数据标准:列出、查看、校验、套用。"""
