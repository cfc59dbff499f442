"""What a reader says of broken bytes is told in Chinese, with the line and the column, and what is unknown in brackets."""

import json
import re

import pytest
import yaml

from ziyuan.base import markup, reasons

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
ENGLISH = re.compile(r"[A-Za-z]{3,} [A-Za-z]{3,}")
XML = [
    (b"<a>\n<b></a>", 2, "标签不配对，第 2 行的 <b> 遇到了 </a>"),
    (b"<a>\n<b>", 2, "<b> 没有结束"),
    (b"<a>\n<b", 2, "标签 <b> 没有写完"),
    (b"no xml at all", 1, "开头应为“<”"),
    (b"<a/>\n<b/>", 2, "根元素结束之后还有内容"),
    (b"<a>\n 1 < 2</a>", 2, "“<”后面不是元素名称"),
    (b'<a x="1"\n x="2"/>', 2, "属性 x 写了两次"),
    (b'<a xmlns:p="u" xmlns:q="u"\n p:x="1" q:x="2"/>', 2, "写了两次"),
    (b"<a>\n<b x/></a>", 2, "属性 x 没有值"),
    (b"<a>\n<b x=1/></a>", 2, "属性值没有加引号"),
    (b'<a x="\n<b"/>', 2, "属性值中有“<”"),
    (b"<a>\n&what;</a>", 2, "实体 &what; 没有定义"),
    (b"<a>\n&what </a>", 2, "“&”后面缺少“;”"),
    (b"<a>\nA & B</a>", 2, "正文中的“&”请写 &amp;"),
    (b"<a>\n\x01</a>", 2, "含有不能使用的字符"),
    (b"<a>\n&#1;</a>", 2, "不是可用的字符"),
    (b"<a>\n<p:b/></a>", 2, "<p:b> 的命名空间前缀 p 没有声明"),
    (b'<a>\n<b p:x="1"/></a>', 2, "<b> 的属性 p:x 的命名空间前缀 p 没有声明"),
    (b"<a>\n\xc4\xe3</a>", 2, "另存为 UTF-8"),
    (b'<?xml version="1.0" encoding="KLINGON"?><a/>', 1, "不支持编码 KLINGON"),
    (b"<a>\n<!-- x", 2, "注释没有结束"),
    (b"<a>\n<!-- x -- y --></a>", 2, "注释中不能有“--”"),
    (b"<a>\n<![CDATA[ x", 2, "CDATA 没有结束"),
    (b"<a>\n]]></a>", 2, "正文中不能有“]]>”"),
    (b"\n" + HEAD.encode() + b"<a/>", 2, "只能在文件开头"),
    (b"<?xml verzion='1'?><a/>", 1, "XML 声明"),
    (b"<a>" * 400 + b"</a>" * 400, 1, "嵌套过深"),
]


@pytest.mark.parametrize(("data", "line", "says"), XML, ids=[str(n) for n in range(len(XML))])
def test_broken_xml_is_told_in_chinese_with_its_line(data, line, says):
    with pytest.raises(markup.BadMarkup) as refused:
        markup.read(data, "流程.bpmn")
    told = refused.value
    assert says in told.bare, told.bare
    assert told.line == line
    assert not ENGLISH.search(told.bare), told.bare
    assert told.message == f"流程.bpmn 第 {line} 行：{told.bare}"


def test_the_column_is_kept():
    with pytest.raises(markup.BadMarkup, match=r"标签不配对.*（第 \d+ 列）$"):
        markup.read(b"<a><b></a>", "x")


def test_what_is_not_known_is_passed_on_in_brackets():
    assert reasons.xml("Frobnication of the\nnode set") == "不是格式正确的 XML（Frobnication of the node set）"
    assert reasons.xml("") == "不是格式正确的 XML"
    odd = yaml.scanner.ScannerError(None, None, "frobnicated", yaml.Mark("x", 0, 2, 4, None, 0))
    assert reasons.told(odd) == "第 3 行第 5 列：不是格式正确的 YAML（frobnicated）"


YAML = [
    ("a: [1, 2\nb: 3\n", "第 2 行"),
    ("a: {b: 1\nc: 2\n", "第 2 行"),
    ("a: b: c\n", "此处不能有冒号"),
    ("a: 1\n\tb: 2\n", "第 2 行"),
    ("a: 'x\n", "引号没有闭合"),
    ("a: *b\n", "引用了没有定义的锚"),
    ("a: &x 1\nb: &x 2\n", "锚（&…）写了两次"),
    ("a: !odd 1\n", "不认识的标记"),
    ("a: 1\n b: 2\n", "第 2 行"),
    ('a: "\\q"\n', "不认识的转义"),
    ("a: 1\n---\nb: 2\n", "只应有一份文档"),
    ("? [1, 2]\n: x\n", "键应为文字"),
    ("a: @x\n", "请加引号"),
    ("a: \x01\n", "含有控制字符"),
    ("- a\nb: 1\n", "第 2 行"),
]


@pytest.mark.parametrize(("text", "says"), YAML, ids=[str(n) for n in range(len(YAML))])
@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)], ids=["python", "c"])
def test_broken_yaml_is_told_in_chinese_by_either_reader(text, says, loader):
    with pytest.raises(yaml.YAMLError) as refused:
        yaml.load(text, loader)  # noqa: S506 — both are safe
    told = reasons.told(refused.value)
    assert says in told, told
    assert not ENGLISH.search(told), (told, str(refused.value))


JSON = [
    ("{", "第 1 行第 2 列：此处应为加双引号的名称"), ('{"a": 1,}', "最后一项后面不能有逗号"), ("[1 2]", "少了逗号"),
    ('{"a" 1}', "少了冒号"), ('{"a":\n}', "第 2 行第 1 列：此处应为一个值"), ('"abc', "引号没有闭合"), ('"a\tb"', "\\t"),
    ('"\\q"', "转义"), ('"\\u12"', "四位十六进制"), ("1 2", "结束之后还有内容"), ("\ufeff{}", "BOM"), ("", "此处应为一个值"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), JSON, ids=[str(n) for n in range(len(JSON))])
def test_broken_json_is_told_in_chinese(text, says):
    with pytest.raises(json.JSONDecodeError) as refused:
        json.loads(text)
    told = reasons.told(refused.value)
    assert says in told and not ENGLISH.search(told), told


def test_bytes_that_are_no_utf8_and_files_that_are_not_there_say_so():
    with pytest.raises(UnicodeDecodeError) as refused:
        "甲\n乙".encode("gb18030").decode()
    assert reasons.told(refused.value) == "第 1 行：不是 UTF-8 编码"
    assert reasons.told(FileNotFoundError(2, "No such file")) == "文件或文件夹不存在"
    assert reasons.told(ValueError("示例应写明 story")) == "示例应写明 story"
