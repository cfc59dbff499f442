"""What `up` and `status` show: addresses, accounts, what to try first."""

from ziyuan.site.environment.settings import NODES, Settings

ZONES = {"inner": "业务专网(内网)", "outer": "政务外网(公众)"}
ROLES = {
    "data_officer": "县数据员:汇交数据包",
    "data_reviewer": "市、省数据审核:验收",
    "county_clerk": "县经办人:受理、初审",
    "county_chief": "县负责人:签发",
    "city_reviewer": "市审核人",
    "city_chief": "市负责人:签发",
    "province_chief": "省处长:审批",
    "auditor": "审计员",
    "system_admin": "系统管理员",
    "security_admin": "安全管理员",
    "applicant": "申请人(外网)",
}


def welcome(settings: Settings, accounts: list[dict[str, str]]) -> str:
    """The whole greeting."""
    return "\n".join(
        [
            "",
            "智慧资源已就绪。",
            "",
            *addresses(settings),
            "",
            *account_lines(accounts),
            "",
            *first_steps(settings),
        ]
    )


def addresses(settings: Settings) -> list[str]:
    return [f"  {ZONES[name]}  {settings.url(name)}/" for name in NODES]


def account_lines(accounts: list[dict[str, str]]) -> list[str]:
    """One line per sample account; the password is drawn for this installation."""
    if not accounts:
        return ["(没有示例账号)"]
    width = max(len(a["user"]) for a in accounts)
    secret = max(len(a["password"]) for a in accounts)
    head = "示例账号(口令为本次安装随机生成,只用于试用):"
    return [
        head,
        *(
            f"  {a['user']:<{width}}  {a['password']:<{secret}}  {a['node']}  {a['region']}  {ROLES.get(a['role'], a['role'])}"
            for a in accounts
        ),
    ]


def first_steps(settings: Settings) -> list[str]:
    return [
        "先试什么:",
        f"  1. 用县数据员登录 {settings.url('inner')}/ ,在“汇交”中看三个示例县的数据包和质检结果;",
        "     自己造一个有错的包再汇交:./ziyuan sample --county 340123 --patches 20000 --years 2 --faulty --out 示例包",
        "  2. 打开“一张图”,看图斑、年度变化和面积统计;",
        f"  3. 用申请人登录 {settings.url('outer')}/ ,申请“建设项目用地预审与选址”,再到内网办理;",
        "  4. 或在终端走完整个过程:./ziyuan demo",
        "其他命令:./ziyuan status | logs | down | reset | test;说明见 docs/operations.md。",
    ]
