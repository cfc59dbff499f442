"""The object sections of a VCT file: points, lines, polygons, annotations, as flat arrays."""

from array import array
from dataclasses import dataclass, field

from ziyuan.onemap.formats.vct.coordinates import Coordinates
from ziyuan.onemap.formats.vct.errors import KindUnknown
from ziyuan.onemap.formats.vct.head import Head
from ziyuan.onemap.formats.vct.lines import Lines, whole_number

_DIRECT, _INDIRECT, _POLYLINE = b"1", b"100", b"11"
_OF_LINES, _OF_POLYGONS = b"21", b"22"


@dataclass
class Objects:
    """Ids and codes in file order. `start` is the first coordinate of each part, `owner` the object's index of it."""

    coordinates: Coordinates
    ids: array = field(default_factory=lambda: array("q"))
    codes: list[bytes] = field(default_factory=list)
    start: array = field(default_factory=lambda: array("q"))
    owner: array = field(default_factory=lambda: array("q"))

    def part(self, taken: list[bytes]) -> None:
        """A run of coordinates of the newest object."""
        self.start.append(self.coordinates.count)
        self.owner.append(len(self.ids) - 1)
        self.coordinates.add(taken)


@dataclass
class Polygons(Objects):
    """Direct polygons have parts; `tokens` are the entries of the indirect ones with `of` their object's index."""

    tokens: array = field(default_factory=lambda: array("q"))
    of: array = field(default_factory=lambda: array("q"))
    nested: set[int] = field(default_factory=set)  # objects made of polygons


@dataclass
class Annotations(Objects):
    texts: list[bytes] = field(default_factory=list)
    angles: array = field(default_factory=lambda: array("d"))


class Sections:
    """Reads one object section after the other from `lines`."""

    def __init__(self, lines: Lines, head: Head) -> None:
        self.lines = lines
        self.separator = head.separator.encode(head.encoding)
        self.north_first = head.north_first
        self.points = Objects(self._coordinates())
        self.curves = Objects(self._coordinates())
        self.polygons = Polygons(self._coordinates())
        self.annotations = Annotations(self._coordinates())

    def _coordinates(self) -> Coordinates:
        return Coordinates(self.lines, self.separator, north_first=self.north_first)

    def read_points(self) -> None:
        """Independent points (1) and nodes (2)."""
        while not self.lines.at_mark():
            number = self._begin(self.points)
            kind = self._kind_before_coordinate()
            if kind not in (b"1", b"2"):
                raise self._unknown("点", number, kind)
            self.points.part(self._points(1))
            self._end()

    def read_lines(self) -> None:
        """Direct lines of one or more polyline segments."""
        while not self.lines.at_mark():
            number = self._begin(self.curves)
            kind, segments = self._kind_and_count()
            if kind != _DIRECT:
                raise self._unknown("线", number, kind)
            for _ in range(segments):
                self._polyline("线段", number, self.curves)
            self._end()

    def read_polygons(self) -> None:
        """Polygons with their own coordinates (1), or made of lines (100, 21) or of polygons (100, 22)."""
        while not self.lines.at_mark():
            number = self._begin(self.polygons)
            kind = self._kind_before_coordinate()
            if kind not in (_DIRECT, _INDIRECT):
                raise self._unknown("面", number, kind)
            self._label_point()
            if kind == _DIRECT:
                for _ in range(self.lines.whole("圈数")):
                    self._polyline("面的一圈", number, self.polygons)
            else:
                self._references(number)
            self._end()

    def read_annotations(self) -> None:
        """Texts (1) with place and angle."""
        while not self.lines.at_mark():
            number = self._begin(self.annotations)
            self.lines.next()
            kind = self.lines.next()
            if kind != _DIRECT:
                raise self._unknown("注记", number, kind)
            self.annotations.texts.append(self.lines.next())
            self._text_place()
            self._end()

    def _text_place(self) -> None:
        line = self.lines.next()
        parts = line.split(self.separator)
        try:
            angle = float(parts[2]) if len(parts) > 2 else 0.0
        except ValueError:
            raise self.lines.misplaced("“X,Y,角度”", line) from None
        self.annotations.angles.append(angle)
        self.annotations.part([self.separator.join(parts[:2])])

    def _begin(self, objects: Objects) -> int:
        number = self.lines.whole("对象标识码")
        objects.ids.append(number)
        objects.codes.append(self.lines.next())
        return number

    def _end(self) -> None:
        if self.lines.peek() == b"0":
            self.lines.next()

    def _kind_before_coordinate(self) -> bytes:
        """The kind; the style line before it may be missing, which the coordinate two lines on shows."""
        first = self.lines.next()
        if self.separator in self.lines.peek():
            return first
        return self.lines.next()

    def _kind_and_count(self) -> tuple[bytes, int]:
        """Kind and number of segments of a line; the style line may be missing."""
        first, second = self.lines.next(), self.lines.next()
        if first == _DIRECT and second.isdigit() and self.lines.peek() == _POLYLINE:
            return first, whole_number(second[:19])
        return (second, self.lines.whole("线段数")) if second == _DIRECT else (second, 0)

    def _polyline(self, thing: str, number: int, objects: Objects) -> None:
        kind = self.lines.next()
        if kind != _POLYLINE:
            if kind.isdigit():
                raise self._unknown(thing, number, kind)
            raise self.lines.misplaced("线段类型(11)", kind)
        objects.part(self._points(self.lines.whole("点数")))

    def _points(self, count: int) -> list[bytes]:
        if count < 1:
            raise self.lines.misplaced("一个以上的点", str(count).encode())
        taken = self.lines.take(count)
        if len(taken) < count:
            raise self.lines.misplaced(f"{count} 个点", b"")
        return taken

    def _label_point(self) -> None:
        line = self.lines.next()
        if self.separator not in line:
            raise self.lines.misplaced("标识点坐标", line)

    def _references(self, number: int) -> None:
        """Entries up to the closing `0`: writers count the zeros between rings or do not."""
        what = self.lines.next()
        if what not in (_OF_LINES, _OF_POLYGONS):
            raise self._unknown("面的间接构成", number, what)
        if what == _OF_POLYGONS:
            self.polygons.nested.add(len(self.polygons.ids) - 1)
        wanted, taken = self.lines.whole("引用个数"), 0
        while not self.lines.at_mark():
            if self.lines.peek() == b"0" and (taken >= wanted or self._object_follows()):
                break
            taken += self._row_of_references()
        if not taken:
            raise self.lines.misplaced("引用的线号", self.lines.peek())

    def _object_follows(self) -> bool:
        """Whether the `0` ahead closes the object although entries are missing: an id and a code follow it."""
        ahead = self.lines.look(3)
        if len(ahead) < 2 or ahead[1][:1].isalpha():
            return True
        return len(ahead) > 2 and self.separator not in ahead[2] and len(ahead[2]) >= 6 and ahead[1].isdigit()

    def _row_of_references(self) -> int:
        line = self.lines.next()
        try:
            entries = [whole_number(part.strip()) for part in line.split(self.separator) if part.strip()]
        except ValueError:
            raise self.lines.misplaced("引用的线号(负号表示反向)", line) from None
        self.polygons.tokens.extend(entries)
        self.polygons.of.extend([len(self.polygons.ids) - 1] * len(entries))
        return len(entries)

    def _unknown(self, thing: str, number: int, kind: bytes) -> KindUnknown:
        return KindUnknown(self.lines.physical(self.lines.number), thing, str(number), kind.decode("gb18030", "replace"))
