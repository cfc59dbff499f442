"""The matcher: backtracking with a memory of what failed, so the work is at most program × text."""

from __future__ import annotations

from ziyuan.base.feel.regex.pattern import (
    ANY,
    BACK,
    BEGIN,
    END,
    JUMP,
    MATCH,
    SAVE,
    SPLIT,
    TEST,
    BadPattern,
    Program,
)
from ziyuan.base.feel.run import Run, Span

Marks = tuple[int, ...]


def search(program: Program, text: str, start: int, run: Run, span: Span) -> Marks | None:
    """The first match at or after `start`: begin and end of the whole and of each group (-1: not set)."""
    if program.literal is not None:
        run.spend((len(text) - start) // 100 + 1, span)
        found = text.find(program.literal, start)
        return None if found < 0 else (found, found + len(program.literal))
    failed: set[int] = set()
    for begin in range(start, len(text) + 1):
        found_marks = _match_at(program, text, begin, failed, run, span)
        if found_marks is not None:
            return found_marks
    return None


def _match_at(
    program: Program, text: str, begin: int, failed: set[int], run: Run, span: Span
) -> Marks | None:
    code, size, remember = program.code, len(text), not program.has_back
    width = size + 1
    blank: Marks = (begin,) + (-1,) * (2 * program.groups + 1)
    stack: list[tuple[int, int, Marks]] = [(0, begin, blank)]
    while stack:
        pc, at, marks = stack.pop()
        while True:
            run.spend(1, span)
            if remember:
                key = pc * width + at
                if key in failed:
                    break
                failed.add(key)
            op, x, y = code[pc]
            if op == TEST:
                if at < size and x(text[at]):
                    pc, at = pc + 1, at + 1
                    continue
                break
            if op == SPLIT:
                stack.append((y, at, marks))
                pc = x
            elif op == JUMP:
                pc = x
            elif op == SAVE:
                marks = (*marks[:x], at, *marks[x + 1 :])
                pc += 1
            elif op == MATCH:
                return (marks[0], at, *marks[2:])
            elif op == BACK:
                known = text[marks[2 * x] : marks[2 * x + 1]] if marks[2 * x + 1] >= 0 else ""
                if not _same(text[at : at + len(known)], known, program.ignore_case):
                    break
                pc, at = pc + 1, at + len(known)
            elif _holds(op, text, at, program.multiline):
                pc, at = pc + 1, at + (op == ANY)
            else:
                break
    return None


def _holds(op: int, text: str, at: int, multiline: bool) -> bool:
    if op == ANY:
        return at < len(text)
    if op == BEGIN:
        return at == 0 or (multiline and at < len(text) and text[at - 1] == "\n")
    return op == END and (at == len(text) or (multiline and text[at] == "\n"))


def _same(a: str, b: str, ignore_case: bool) -> bool:
    return a == b or (ignore_case and a.lower() == b.lower())


def _all(program: Program, text: str, run: Run, span: Span) -> list[Marks]:
    """All matches from left to right; a pattern that matches nothing at all is refused as XPath does."""
    if search(program, "", 0, run, span) is not None:
        raise BadPattern("正则表达式能匹配空文本，不能用来替换或拆分")
    found: list[Marks] = []
    at = 0
    while at <= len(text):
        marks = search(program, text, at, run, span)
        if marks is None:
            break
        found.append(marks)
        at = marks[1] if marks[1] > marks[0] else marks[1] + 1
    return found


def replace(program: Program, text: str, replacement: str, run: Run, span: Span) -> str:
    """Every match replaced; `$1` is a group, `$0` the match, `\\$` and `\\\\` the signs themselves (not after flag q)."""
    parts = [replacement] if program.quoted else _template(replacement, program.groups)
    out: list[str] = []
    done = 0
    for marks in _all(program, text, run, span):
        out.append(text[done : marks[0]])
        for part in parts:
            piece = (
                part if isinstance(part, str) else text[max(marks[2 * part], 0) : max(marks[2 * part + 1], 0)]
            )
            run.spend(len(piece) // 100 + 1, span)
            out.append(piece)
        done = marks[1]
    return "".join([*out, text[done:]])


def _template(replacement: str, groups: int) -> list[str | int]:
    parts: list[str | int] = []
    i = 0
    while i < len(replacement):
        char, after = replacement[i], replacement[i + 1 : i + 2]
        if char == "\\":
            if after not in ("\\", "$") or not after:
                raise BadPattern("替换文本中的“\\”之后应为“\\”或“$”")
            parts.append(after)
            i += 2
        elif char == "$":
            if not (after.isascii() and after.isdigit()):
                raise BadPattern("替换文本中的“$”之后应为组号；要“$”本身写作“\\$”")
            end = i + 2
            while replacement[end : end + 1].isdigit() and int(replacement[i + 1 : end + 1]) <= groups:
                end += 1
            number = int(replacement[i + 1 : end])
            parts.append(number if number <= groups else "")
            i = end
        else:
            parts.append(char)
            i += 1
    return parts


def split(program: Program, text: str, run: Run, span: Span) -> list[str] | None:
    """The pieces between the matches."""
    try:
        matches = _all(program, text, run, span)
    except BadPattern as bad:
        return run.why(span, "{}", str(bad))
    pieces: list[str] = []
    done = 0
    for marks in matches:
        pieces.append(text[done : marks[0]])
        done = marks[1]
    return [*pieces, text[done:]]
