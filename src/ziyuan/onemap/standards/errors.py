"""What can be wrong with a standard written as text. Every one names file and line."""

from collections.abc import Iterable

from ziyuan.base.errors import UserError, nearest


class ModelUnreadable(UserError):
    """The file is not YAML, or not a mapping where one is needed."""

    code = "ZY-STD-001"
    remedy = "请按数据标准的写法改正该行；可对照 standards/tdt1057/2020/model.yaml。"

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}：{what}", where=where)


class UnknownKey(UserError):
    """A key that the model language does not have."""

    code = "ZY-STD-002"
    remedy = "请改正键名；模型语言的全部键见 docs/reference/model-language.md。"

    def __init__(self, where: str, key: str, known: Iterable[str]) -> None:
        close = nearest(key, known)
        hint = f"，最接近的是“{close}”" if close else ""
        super().__init__(f"{where}：不认识的键“{key}”{hint}。", where=where, key=key, nearest=close)


class MissingKey(UserError):
    """A key that must be there is absent."""

    code = "ZY-STD-003"
    remedy = "请补上该键。"

    def __init__(self, where: str, key: str) -> None:
        super().__init__(f"{where}：缺少“{key}”。", where=where, key=key)


class WrongValue(UserError):
    """A value of a wrong type or outside the allowed ones."""

    code = "ZY-STD-004"
    remedy = "请按提示改正该值。"

    def __init__(self, where: str, key: str, value: object, expected: str) -> None:
        super().__init__(f"{where}：“{key}”的值“{value}”不对，应为{expected}。", where=where, key=key)


class StandardNotFound(UserError):
    """No standard of this id and edition, and no such file."""

    code = "ZY-STD-005"
    status = 404
    remedy = "运行 ziyuan standards list 查看已有的数据标准。"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        close = nearest(name, known)
        hint = f"，最接近的是“{close}”" if close else ""
        super().__init__(f"没有数据标准“{name}”{hint}。", name=name, nearest=close)


class EntityNotFound(UserError):
    """No such layer in the standard."""

    code = "ZY-STD-006"
    status = 404
    remedy = "运行 ziyuan standards show <标准> 查看图层。"

    def __init__(self, standard: str, name: str, known: Iterable[str]) -> None:
        close = nearest(name, known)
        hint = f"，最接近的是“{close}”" if close else ""
        super().__init__(f"数据标准 {standard} 中没有图层“{name}”{hint}。", standard=standard, name=name)


class RuleWithoutFixtures(UserError):
    """A rule for which no planted fault and no innocent case can be made does not load."""

    code = "ZY-STD-007"
    remedy = "请改正规则参数，使其能够生成反例与正例。"

    def __init__(self, where: str, rule: str, reason: str) -> None:
        super().__init__(f"{where}：规则 {rule} 生成不了反例与正例（{reason}），不予加载。", rule=rule)


class LayerChanged(UserError):
    """The text of a layer no longer fits the table already made from it."""

    code = "ZY-STD-008"
    status = 409
    remedy = "同一版标准的字段不能改名、改类型或减少；请另立新版，并写明字段对照。"

    def __init__(self, layer: str, what: str) -> None:
        super().__init__(f"图层 {layer} 的定义与已建表不符：{what}。", layer=layer)


class CatalogueOnly(UserError):
    """A layer known by name only: it has no field table, so nothing can be delivered to it."""

    code = "ZY-STD-009"
    status = 409
    remedy = "请先取得该图层的字段表原文并写入标准（去掉 catalogue_only），再汇交。"

    def __init__(self, standard: str, name: str, title: str, missing: str | None) -> None:
        lacks = missing or "字段表原文"
        super().__init__(f"图层 {name}（{title}）在 {standard} 中只列入目录，不能汇交：缺少{lacks}。", layer=name)


class RuleNotServed(UserError):
    """A rule kind of the language for which there is no checking program yet."""

    code = "ZY-STD-010"
    remedy = "请先去掉这条规则；有了检查程序再写入。"

    def __init__(self, where: str, kind: str) -> None:
        super().__init__(f"{where}：规则种类“{kind}”还没有检查程序，不予加载。", where=where, kind=kind)


class MappingIncomplete(UserError):
    """A mapping between two editions leaves something of the old edition without a destination."""

    code = "ZY-STD-011"
    remedy = "请在 mapping.yaml 中写明去向；改名是对照，不是删一个加一个。"

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}：{what}。", where=where)


class FolderThere(UserError):
    """A new standard would overwrite one that is there."""

    code = "ZY-STD-012"
    status = 409
    remedy = "请换一个编号或版本，或直接修改已有的文件。"

    def __init__(self, folder: str) -> None:
        super().__init__(f"{folder} 已经存在，没有改动。", folder=folder)


class KeyNotComposed(UserError):
    """A code that does not have the parts its pattern asks for."""

    code = "ZY-STD-013"
    remedy = "请按编码规则逐段给出，每段位数不能多也不能少。"

    def __init__(self, pattern: str, value: str, length: int) -> None:
        sizes = f"应为 {length} 位，现为 {len(value)} 位"
        super().__init__(f"“{value}”不符合编码规则 {pattern}：{sizes}。", pattern=pattern, value=value)


class SerialsUsedUp(UserError):
    """No serial is left behind a head."""

    code = "ZY-STD-014"
    remedy = "请启用新的层代码，或请标准管理单位扩充顺序号位数。"

    def __init__(self, pattern: str, head: str, digits: int) -> None:
        super().__init__(f"编码规则 {pattern} 在“{head}”之下的 {digits} 位顺序号已用尽。", pattern=pattern, head=head)


class NotWritten(UserError):
    """A file that was to be made could not be written."""

    code = "ZY-STD-015"
    remedy = "请核对文件夹是否存在、能否写入，磁盘是否已满。"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"写不了“{path}”：{reason}。", path=path)


class NothingToMake(UserError):
    """A file was asked of layers that are known by name only."""

    code = "ZY-STD-016"
    remedy = "请先取得字段表原文并写入标准；运行 ziyuan standards list 查看有字段表的图层。"

    def __init__(self, standard: str, what: str) -> None:
        super().__init__(f"{standard} 的图层只列入目录，没有字段，生成不了{what}。", standard=standard)
