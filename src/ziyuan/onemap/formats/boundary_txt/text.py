"""From bytes to lines, and from lines to header values, parcel lines and points; no geometry yet."""

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from ziyuan.onemap.formats.boundary_txt.problems import Problem, problem
from ziyuan.onemap.formats.encoding import common_share

MOST_BYTES = 16 * 1024 * 1024
_WIDE = str.maketrans({chr(0xFEE0 + ord(c)): c for c in "0123456789.-+@=[]"} | {"\u3010": "[", "\u3011": "]"})
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$|[+-]?\.\d+$")
_AFTER_END = re.compile(r"[,\uff0c ;\uff1b\t]+$")
_COLON = re.compile("[:\uff1a]")
_OTHER_SEPARATORS = re.compile("[\uff0c;\uff1b\t]")
_MOST_PROBLEMS = 200


@dataclass(frozen=True)
class PointLine:
    """`first` and `second` as written: which is north is decided for the file as a whole."""

    line: int
    number: str
    ring: int
    first: Decimal
    second: Decimal


@dataclass
class ParcelLines:
    line: int
    stated_count: int | None = None
    stated_area: Decimal | None = None
    no: str = ""
    name: str = ""
    kind: str = "面"
    sheet: str = ""
    use: str = ""
    land_class: str = ""
    extra: tuple[str, ...] = ()
    points: list[PointLine] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.no or self.name or f"第 {self.line} 行"


@dataclass
class TextFile:
    """A boundary text taken apart. `sections` holds unknown sections as they stood."""

    encoding: str = ""
    header: dict[str, str] = field(default_factory=dict)
    header_lines: dict[str, int] = field(default_factory=dict)
    sections: dict[str, list[str]] = field(default_factory=dict)
    parcels: list[ParcelLines] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def say(self, code: str, line: int | None = None, **values: object) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(problem(code, line, **values))

    def say_once(self, code: str, line: int | None = None, **values: object) -> None:
        if all(p.code != code for p in self.problems):
            self.say(code, line, **values)


def take_apart(data: bytes) -> TextFile:
    """Read `data` to the end; everything met that is wrong stands in `problems`."""
    file = TextFile()
    text = _decoded(data, file)
    if text is None:
        return file
    section = ""
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        line = raw.strip(" \t\u3000\xa0\ufeff\x1a")
        if not line:
            continue
        plain = line.translate(_WIDE)
        if plain.startswith("[") and "]" in plain:
            section = plain[1 : plain.index("]")].strip()
            continue
        _take_line(file, section, number, line, plain)
    if not any(p.points for p in file.parcels) and not file.problems:
        file.say("ZY-TXT-010")
    elif section == "" and file.parcels:
        file.say("ZY-TXT-011")
    return file


def _decoded(data: bytes, file: TextFile) -> str | None:
    if not data.strip():
        file.say("ZY-TXT-001")
        return None
    if len(data) > MOST_BYTES:
        file.say("ZY-TXT-002", size=len(data), most=MOST_BYTES)
        return None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _utf16(data, file)
    if b"\0" in data:
        file.say("ZY-TXT-003")
        return None
    marked = data.startswith(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8-sig")
        file.encoding = "UTF-8(带 BOM)" if marked else "ASCII" if data.isascii() else "UTF-8"
        return text
    except UnicodeDecodeError:
        return _gb18030(data.removeprefix(b"\xef\xbb\xbf"), file)


def _utf16(data: bytes, file: TextFile) -> str | None:
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError:
        file.say("ZY-TXT-004")
        return None
    file.encoding = "UTF-16"
    file.say("ZY-TXT-006")
    return text


def _gb18030(data: bytes, file: TextFile) -> str | None:
    """Decode as GB18030; a line that is plainly UTF-8, or is neither, is named."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.isascii():
            continue
        utf8, gbk = _try(line, "utf-8"), _try(line, "gb18030")
        if utf8 is not None and common_share(utf8) >= 0.7 and (gbk is None or common_share(gbk) < 0.6):
            file.say("ZY-TXT-005", number)
            return None
        if gbk is None:
            file.say("ZY-TXT-004", number)
            return None
    file.encoding = "GB18030"
    return data.decode("gb18030")


def _try(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _take_line(file: TextFile, section: str, number: int, line: str, plain: str) -> None:
    header = _AFTER_END.sub("", plain)
    if header.endswith("@"):
        file.parcels.append(_parcel_line(file, number, header))
    elif ("=" in plain and section != "地块坐标") or (section == "属性描述" and _COLON.search(plain)):
        key, _, value = (plain if "=" in plain else _COLON.sub("=", plain, count=1)).partition("=")
        if section in ("属性描述", ""):
            file.header[key.strip()] = value.strip()
            file.header_lines[key.strip()] = number
        else:
            file.sections.setdefault(section, []).append(line)
    elif section not in ("地块坐标", "属性描述", ""):
        file.sections.setdefault(section, []).append(line)
    else:
        _point(file, number, line, plain)


def _parcel_line(file: TextFile, number: int, plain: str) -> ParcelLines:
    body = plain[:-1]
    if body.count(",") < 3:
        body = _OTHER_SEPARATORS.sub(",", body)
    values = [value.strip(" \t\u3000\xa0") for value in body.split(",")]
    if values and values[-1] == "":
        values.pop()
    values += [""] * (8 - len(values))
    parcel = ParcelLines(number, no=values[2], name=values[3], kind=values[4] or "面", sheet=values[5],
                         use=values[6], land_class=values[7], extra=tuple(values[8:]))
    if re.fullmatch(r"\d+(\.0*)?", values[0]):
        parcel.stated_count = int(float(values[0]))
    elif values[0]:
        file.say("ZY-TXT-017", number, value=values[0])
    if values[1]:
        try:
            parcel.stated_area = Decimal(values[1])
            if not parcel.stated_area.is_finite():
                raise InvalidOperation
        except InvalidOperation:
            parcel.stated_area = None
            file.say("ZY-TXT-021", number, value=values[1])
    if parcel.kind not in ("面", "多边形", "polygon", "Polygon"):
        file.say("ZY-TXT-018", number, value=parcel.kind)
    return parcel


def _point(file: TextFile, number: int, line: str, plain: str) -> None:
    values = _point_values(file, number, plain)
    if len(values) < 3:
        file.say("ZY-TXT-014", number, text=line[:40])
        return
    if not file.parcels:
        file.say_once("ZY-TXT-012", number)
        file.parcels.append(ParcelLines(number))
    if len(values) == 3 or not values[1]:
        file.say_once("ZY-TXT-019", number)
        values[1 : 1 + (len(values) > 3)] = ["1"]
    if not values[1].isdecimal() or int(values[1]) < 1:
        file.say("ZY-TXT-016", number, value=values[1])
        return
    first, second = _number(values[2]), _number(values[3])
    for read, text in ((first, values[2]), (second, values[3])):
        if read is None:
            file.say("ZY-TXT-015", number, value=text)
    if first is not None and second is not None:
        file.parcels[-1].points.append(PointLine(number, values[0], int(values[1]), first, second))


def _point_values(file: TextFile, number: int, plain: str) -> list[str]:
    values = re.split(r"[,\uff0c]", plain)
    if len(values) < 3:
        values = re.split(r"[;\uff1b\s\u3000]+", plain)
        if len(values) >= 3:
            file.say_once("ZY-TXT-020", number)
    values = [value.strip(" \t\u3000\xa0") for value in values]
    while len(values) > 4 and values[-1] == "":
        values.pop()
    return values


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.match(text) and len(text) <= 40 else None
