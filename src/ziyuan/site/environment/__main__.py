"""`./ziyuan <command>`: set-up commands are answered here, everything else goes to the platform's own commands."""

import argparse
import os
import sys

from ziyuan.base.errors import UserError, ZiyuanError
from ziyuan.site.environment import place as places
from ziyuan.site.environment import prepare, pythonenv
from ziyuan.site.environment.place import Place

INSIDE = ("up", "down", "status", "reset", "logs")
TITLE = "智慧资源:省级自然资源政务平台。"
MORE = """其他命令交给平台本身(不加参数看说明),例如:
  map  standards  audit  pack  sample  feel  bpmn  dmn  exchange  demo  bench
  前面加 --node outer 选择外网节点:./ziyuan --node outer audit verify"""


def parser() -> argparse.ArgumentParser:
    """The set-up commands and their options."""
    root = argparse.ArgumentParser(
        "ziyuan", description=TITLE, epilog=MORE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = root.add_subparsers(dest="command", metavar="命令")
    up = commands.add_parser("up", help="安装所缺、启动内网和外网节点,打印地址和账号")
    up.add_argument("-d", "--detach", action="store_true", help="全部就绪后返回,在后台运行")
    up.add_argument("--port-inner", help="内网节点端口(缺省 8100;环境变量 ZIYUAN_PORT_INNER)")
    up.add_argument("--port-outer", help="外网节点端口(缺省 8200;环境变量 ZIYUAN_PORT_OUTER)")
    up.add_argument("--port-database", help="自带数据库另开的本机 TCP 端口(缺省不开)")
    commands.add_parser("down", help="停止全部进程,数据保留")
    status = commands.add_parser("status", help="节点、进程和示例账号")
    status.add_argument("--json", action="store_true", help="输出 JSON,供程序读取")
    reset = commands.add_parser("reset", help="停止并删除全部数据(先询问)")
    reset.add_argument("--yes", action="store_true", help="不询问")
    logs = commands.add_parser("logs", help="查看日志")
    logs.add_argument("name", nargs="?", help="日志名,如 inner-web;缺省为全部")
    logs.add_argument("-f", "--follow", action="store_true", help="持续显示")
    logs.add_argument("-n", "--lines", type=int, default=20, help="每个日志的行数(缺省 20)")
    commands.add_parser("test", help="准备测试环境并运行全部测试;后面的参数交给 pytest", add_help=False)
    commands.add_parser("check", help="静态检查:格式、类型、分层、上限(不到 45 秒)")
    return root


def main(arguments: list[str]) -> int:
    """Answer one command; errors raised on purpose are shown with their remedy."""
    try:
        return dispatch(places.find(), arguments)
    except ZiyuanError as error:
        print(f"\n{error.to_text()}", file=sys.stderr)
        return 2 if isinstance(error, UserError) else 11
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("\n已中断;再次运行会从中断处继续。", file=sys.stderr)
        return 130


def dispatch(place: Place, arguments: list[str]) -> int:
    """Choose what answers."""
    name = arguments[0] if arguments else "--help"
    if name == "test":
        return _test(place, arguments)
    if name == "check":
        return _check(place, arguments)
    if name not in INSIDE and name not in ("-h", "--help", "help"):
        from ziyuan.site.environment.handing import pass_on

        return pass_on(place, arguments)
    options = parser().parse_args(["--help"] if name == "help" else arguments or ["--help"])
    return _inside(place, options, arguments)


def _inside(place: Place, options: argparse.Namespace, arguments: list[str]) -> int:
    """Commands that run in the environment's Python; `up` makes it first."""
    if not pythonenv.inside(place):
        if options.command == "up":
            from ziyuan.site.environment import settings

            database = not settings.chosen(place, options).database_url
            with prepare.locked(place):
                prepare.base(place, kind="runtime", database=database)
        elif not place.python.exists():
            print("平台还没有安装:请先运行 ./ziyuan up。", file=sys.stderr)
            return 1
        pythonenv.run_inside(place, arguments)
    from ziyuan.site.environment import commands, up

    if options.command == "up":
        up.up(place, options)
        return 0
    return {"down": commands.down, "status": commands.status, "reset": commands.reset, "logs": commands.logs}[
        options.command
    ](place, options)


def _test(place: Place, arguments: list[str]) -> int:
    if not pythonenv.inside(place):
        with prepare.locked(place):
            prepare.base(place, kind="dev", database=True, tests=True)
        pythonenv.run_inside(place, arguments)
    from ziyuan.site.environment.testing import test

    return test(place, arguments[1:])


def _check(place: Place, arguments: list[str]) -> int:
    if not pythonenv.inside(place):
        prepare.python_only(place, "dev")
        pythonenv.run_inside(place, arguments)
    from ziyuan.site.environment.checking import check

    return check(place)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
