"""What a reader of XML, YAML or JSON says of bytes it cannot read, in the words of whoever has to mend them.

The libraries speak English; what they say usually stands here once. What is not known is passed on in brackets.
"""

import json
import re

from ziyuan.base.errors import reason_of

XML_UNKNOWN, YAML_UNKNOWN, JSON_UNKNOWN = "不是格式正确的 XML", "不是格式正确的 YAML", "不是格式正确的 JSON"


def xml(said: str) -> str:
    """A message of libxml2 (without its place) in our words."""
    text = " ".join(said.split())
    for heard, ours in _XML:
        found = heard.match(text)
        if found:
            return ours.format(*found.groups())
    return f"{XML_UNKNOWN}（{text}）" if text else XML_UNKNOWN


def problem(error: Exception) -> str:
    """What is wrong with a text that is no YAML, no JSON, or no UTF-8; without the place."""
    if isinstance(error, UnicodeDecodeError):
        return "不是 UTF-8 编码"
    if isinstance(error, OSError):
        return reason_of(error)
    if isinstance(error, json.JSONDecodeError):
        return _known(error.msg, _JSON, JSON_UNKNOWN)
    kinds = {kind.__name__ for kind in type(error).__mro__}  # by name: who reads XML need not load the reader of YAML
    if "ReaderError" in kinds:
        return "含有控制字符"
    if "YAMLError" in kinds:
        return _known(str(getattr(error, "problem", None) or error).splitlines()[0], _YAML, YAML_UNKNOWN)
    return str(error)


def place(error: Exception) -> str:
    """Line and column where the reader stopped; empty where it says none."""
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.lineno} 行第 {error.colno} 列"
    if isinstance(error, UnicodeDecodeError):
        return f"第 {error.object[: error.start].count(10) + 1} 行"
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return f"第 {mark.line + 1} 行第 {mark.column + 1} 列" if mark else ""


def told(error: Exception) -> str:
    """Place and problem of a text that cannot be read."""
    return "：".join(filter(None, (place(error), problem(error))))


def _known(said: str, sayings: dict[str, str], unknown: str) -> str:
    return next((ours for heard, ours in sayings.items() if said.startswith(heard)), f"{unknown}（{said}）")


def _patterns(sayings: dict[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(heard), ours) for heard, ours in sayings.items())


_XML = _patterns(
    {
        r"Opening and ending tag mismatch: (\S+) line (\d+) and (\S+)": "标签不配对，第 {1} 行的 <{0}> 遇到了 </{2}>",
        r"Premature end of data in tag (\S+) line (\d+)": "文件不完整，第 {1} 行的 <{0}> 没有结束",
        r"EndTag: '</' not found": "文件不完整，有标签没有结束",
        r"Couldn't find end of Start Tag (\S+)": "标签 <{0}> 没有写完，缺少“>”",
        r"Start tag expected, '<' not found": "不是 XML，开头应为“<”",
        r"Document is empty": "不是 XML，开头没有内容",
        r"Extra content at the end of the document": "根元素结束之后还有内容",
        r"StartTag: invalid element name": "“<”后面不是元素名称；正文中的“<”请写 &lt;",
        r"Attribute (\S+) redefined": "属性 {0} 写了两次",
        r"Namespaced Attribute (\S+) in '([^']*)' redefined": "属性 {0}（命名空间 {1}）写了两次",
        r"Specification mandates? value for attribute (\S+)": "属性 {0} 没有值",
        r"attributes construct error": "属性写法不对，请核对引号和空格",
        r"AttValue: .* expected": "属性值没有加引号",
        r"Unescaped '<' not allowed in attributes values": "属性值中有“<”，请写 &lt;",
        r"Entity '([^']*)' not defined": "实体 &{0}; 没有定义",
        r"EntityRef: expecting ';'": "“&”后面缺少“;”；正文中的“&”请写 &amp;",
        r"xmlParseEntityRef: no name": "“&”后面没有名称；正文中的“&”请写 &amp;",
        r"xmlParseCharRef: invalid": "字符引用（&#…;）不是可用的字符",
        r"(?:PCDATA )?(?:invalid )?Char (?:value )?(\S+)": "含有不能使用的字符（{0}）",
        r"invalid character in attribute value": "属性值含有不能使用的字符",
        r"Namespace prefix (\S+) for (\S+) on (\S+) is not defined": "<{2}> 的属性 {0}:{1} 的命名空间前缀 {0} 没有声明",
        r"Namespace prefix (\S+) on (\S+) is not defined": "<{0}:{1}> 的命名空间前缀 {0} 没有声明",
        r"Failed to parse QName '([^']*)'": "名称 {0} 的写法不对，冒号多写或缺少名称",
        r"xmlns:(\S+): Empty XML namespace": "命名空间前缀 {0} 的地址是空的",
        r"Input is not proper UTF-8": "不是 UTF-8 编码，文件开头也没有写明编码",
        r"Unsupported encoding:? (\S+)": "不支持编码 {0}，请另存为 UTF-8",
        r"Document labelled (\S+) but has (\S+) content": "写明的编码是 {0}，内容却是 {1}",
        r".*(?:encoder error|[Ii]nvalid bytes in character encoding|conversion failed)": (
            "内容不是写明的编码（没有写明即 UTF-8），请另存为 UTF-8"
        ),
        r"Comment not terminated|xmlParseComment": "注释没有结束，缺少“-->”",
        r"Double hyphen within comment|Comment must not contain": "注释中不能有“--”",
        r"CData section not finished": "CDATA 没有结束，缺少“]]>”",
        r"Sequence '\]\]>' not allowed in content": "正文中不能有“]]>”",
        r"XML declaration allowed only at the start": "XML 声明（<?xml …?>）只能在文件开头",
        r"Malformed declaration|parsing XML declaration|Blank needed here|String not closed": "XML 声明（<?xml …?>）写法不对",
        r"(?:xmlParsePI|ParsePI|PI )": "处理指令（<?…?>）写法不对或没有结束",
        r"Excessive depth in document": "嵌套过深",
        r"internal error: Huge|xmlSAX2Characters: huge": "文字过长",
    }
)
_YAML = {
    "did not find expected ',' or ']'": "方括号没有闭合，或少了逗号",
    "expected ',' or ']'": "方括号没有闭合，或少了逗号",
    "did not find expected ',' or '}'": "花括号没有闭合，或少了逗号",
    "expected ',' or '}'": "花括号没有闭合，或少了逗号",
    "did not find expected node content": "括号没有闭合，或此处少了内容",
    "expected the node content": "括号没有闭合，或此处少了内容",
    "did not find expected key": "此处应为一个键，请核对缩进和引号",
    "expected <block end>": "此处应为一个键或一项，请核对缩进和引号",
    "did not find expected '-'": "此处应为以“-”开头的一项，请核对缩进",
    "mapping values are not allowed": "此处不能有冒号，请核对缩进，或给含冒号的文字加引号",
    "could not find expected ':'": "少了冒号",
    "found character": "有不能作开头的字符：缩进请用空格、不用制表符，以 @、` 等开头的文字请加引号",
    "found a tab character": "缩进请用空格、不用制表符",
    "found unexpected end of stream": "引号没有闭合",
    "found unknown escape character": "双引号中有不认识的转义，反斜线请写两个，或改用单引号",
    "found undefined alias": "引用了没有定义的锚",
    "found duplicate": "有重复",
    "second occurrence": "锚（&…）写了两次",
    "found unhashable key": "键应为文字，不能是列表或一组键值",
    "could not determine a constructor": "有不认识的标记（!…），请给含感叹号的文字加引号",
    "expected a single document": "只应有一份文档，请删去多余的“---”",
    "but found another document": "只应有一份文档，请删去多余的“---”",
    "control characters are not allowed": "含有控制字符",
    "block sequence entries are not allowed": "此处不能以“-”列项，请核对缩进",
    "sequence entries are not allowed": "此处不能以“-”列项，请核对缩进",
    "同一键出现两次": "同一键出现两次",
}
_JSON = {
    "Expecting property name enclosed in double quotes": "此处应为加双引号的名称；最后一项后面不能有逗号",
    "Expecting ',' delimiter": "少了逗号，或括号没有闭合",
    "Expecting ':' delimiter": "少了冒号",
    "Expecting value": "此处应为一个值；最后一项后面不能有逗号",
    "Illegal trailing comma": "最后一项后面不能有逗号",
    "Unterminated string": "引号没有闭合",
    "Invalid control character": "引号中有换行或制表符，请写 \\n、\\t",
    "Invalid \\escape": "有不认识的转义，反斜线请写两个",
    "Invalid \\uXXXX escape": "\\u 后面应为四位十六进制",
    "Extra data": "结束之后还有内容",
    "Unexpected UTF-8 BOM": "文件开头有 BOM，请另存为不带 BOM 的 UTF-8",
}
