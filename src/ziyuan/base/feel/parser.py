"""Recursive descent over FEEL text to the tree of `syntax`; precedence as in the grammar of DMN 1.5, 10.3.1.2.

Choices where the grammar leaves room: a sign before an operand binds tighter than `**`; operators of one
level group from the left; a comparison before an operand (`> 5`) is the range of values it holds for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ziyuan.base.feel import numbers
from ziyuan.base.feel.errors import FeelSyntaxError
from ziyuan.base.feel.lexer import Lexer, Token
from ziyuan.base.feel.literals import parse_any
from ziyuan.base.feel.names import KEYWORDS, PART, WORD, Names, names_of, normal
from ziyuan.base.feel.syntax import (
    Between,
    Binary,
    Filter,
    In,
    InstanceOf,
    Literal,
    Logic,
    Name,
    Negative,
    Node,
    Path,
    Tests,
    UnaryRange,
)

DEPTH = 60
COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
_LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
_OPENS = frozenset(("(", "[", "{", "@", "-", "<", "<=", ">", ">=", "=", "!="))
_AFTER_OPERAND = frozenset(["and", "or", "then", "else", "return", "satisfies", "in", "between", "instance"])


class Parser:
    """One text, one tree. The forms (`if`, `for`, lists, calls …) are in `forms`, types in `types`."""

    def __init__(
        self, text: str, scopes: Iterable[frozenset[str]], members: frozenset[str], types: frozenset[str] = frozenset()
    ) -> None:
        self.text = text
        self.types = names_of(types)
        self.scopes: list[Names] = [names_of(names) for names in scopes]
        self.members: list[Names] = [names_of(members)]
        self.lex = Lexer(text, self.scopes)
        self.depth = 0
        self.range_end = False

    # -- entries -------------------------------------------------------------------------------------

    def whole(self) -> Node:
        node = self.expression()
        self.must_end()
        return node

    def unary_tests(self) -> Tests:
        first = self.lex.peek()
        if first.text == "-" and first.kind == "sign" and not self.text[first.end :].strip():
            return Tests(first.start, first.end, (), False)
        if first.text == "not":
            negated = self._negated_tests()
            if negated:
                return negated
        items = self._items()
        self.must_end()
        return Tests(first.start, self.lex.last_end, items, False)

    def _negated_tests(self) -> Tests | None:
        start = self.lex.take().start
        if not self.accept("("):
            self.lex.reset(start)
            return None
        items = self._items()
        if self.accept(")") and self.lex.peek().kind == "end":
            return Tests(start, self.lex.last_end, items, True)
        self.lex.reset(start)
        return None

    def _items(self) -> tuple[Node, ...]:
        items = [self.expression()]
        while self.accept(","):
            items.append(self.expression())
        return tuple(items)

    # -- tools ---------------------------------------------------------------------------------------

    def fail(self, message: str, token: Token | None = None) -> FeelSyntaxError:
        at = token or self.lex.peek()
        return FeelSyntaxError(message, self.text, at.start, at.end)

    def accept(self, sign: str) -> bool:
        token = self.lex.peek()
        if token.text == sign and token.kind == "sign":
            self.lex.take()
            return True
        return False

    def accept_word(self, word: str) -> bool:
        token = self.lex.peek()
        if token.text == word and token.kind == "word":
            self.lex.take()
            return True
        return False

    def expect(self, sign: str) -> None:
        if not self.accept(sign):
            raise self.fail(f"此处应为“{sign}”")

    def expect_word(self, word: str, what: str) -> None:
        if not self.accept_word(word):
            raise self.fail(f"{what}缺少“{word}”")

    def must_end(self) -> None:
        token = self.lex.peek()
        if token.kind != "end":
            raise self.fail(self._surplus(token), token)

    def _surplus(self, token: Token) -> str:
        if token.text == "=":
            return "相等用一个“=”"
        if token.text in (")", "]", "}"):
            return f"多余的“{token.text}”"
        return f"表达式在此应当结束，多出“{token.text[:20]}”"

    # -- levels of precedence ------------------------------------------------------------------------

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > DEPTH:
            raise self.fail("表达式嵌套过深")
        outer, self.range_end = self.range_end, False
        node = self._or()
        self.range_end = outer
        self.depth -= 1
        return node

    def endpoint(self) -> Node:
        """The upper end of an interval, where `[` may close it."""
        self.depth += 1
        if self.depth > DEPTH:
            raise self.fail("表达式嵌套过深")
        outer, self.range_end = self.range_end, True
        node = self.sum()
        self.range_end = outer
        self.depth -= 1
        return node

    def _or(self) -> Node:
        node = self._and()
        if not self.at_word("or"):
            return node
        parts = [node]
        while self.accept_word("or"):
            parts.append(self._and())
        return Logic(parts[0].start, self.lex.last_end, "or", tuple(parts))

    def _and(self) -> Node:
        node = self._comparison()
        if not self.at_word("and"):
            return node
        parts = [node]
        while self.accept_word("and"):
            parts.append(self._comparison())
        return Logic(parts[0].start, self.lex.last_end, "and", tuple(parts))

    def at_word(self, word: str) -> bool:
        token = self.lex.peek()
        return token.text == word and token.kind == "word"

    def _comparison(self) -> Node:
        token = self.lex.peek()
        if token.kind == "sign" and token.text in COMPARISONS:
            self.lex.take()
            value = self.sum()
            return UnaryRange(token.start, self.lex.last_end, token.text, value)
        node = self.sum()
        while True:
            token = self.lex.peek()
            if token.kind == "sign" and token.text in COMPARISONS:
                self.lex.take()
                if token.text == "=" == self.lex.peek().text:
                    raise self.fail("相等用一个“=”")
                right = self.sum()
                node = Binary(node.start, self.lex.last_end, token.text, node, right)
            elif token.kind == "word" and token.text == "between":
                node = self._between(node)
            elif token.kind == "word" and token.text == "in":
                self.lex.take()
                tests = self._in_tests()
                node = In(node.start, self.lex.last_end, node, tests)
            else:
                return node

    def _between(self, value: Node) -> Node:
        self.lex.take()
        low = self.sum()
        self.expect_word("and", "between ")
        high = self.sum()
        return Between(value.start, self.lex.last_end, value, low, high)

    def _in_tests(self) -> tuple[Node, ...]:
        token = self.lex.peek()
        if token.kind == "sign" and token.text in COMPARISONS:
            return (self._comparison(),)
        if token.kind != "sign" or token.text != "(":
            return (self.sum(),)
        self.lex.take()
        first = self.expression()
        if self.accept(".."):
            return (self.interval_from(token.start, first, False),)
        items = [first]
        while self.accept(","):
            items.append(self.expression())
        self.expect(")")
        return tuple(items)

    def sum(self) -> Node:
        return self._binary(1)

    def _binary(self, least: int) -> Node:
        """Operators of level `least` and above; those of one level group from the left."""
        node = self._negation()
        while True:
            token = self.lex.peek()
            level = _LEVELS.get(token.text, 0) if token.kind == "sign" else 0
            if level < least:
                return node
            self.lex.take()
            right = self._binary(level + 1)
            node = Binary(node.start, self.lex.last_end, token.text, node, right)

    def _negation(self) -> Node:
        token = self.lex.peek()
        if token.text != "-" or token.kind != "sign":
            return self._postfix(self._primary())
        self.lex.take()
        number = self.lex.peek()
        if number.kind == "number":  # the sign is part of the literal (rule 35)
            figure = numbers.number(self.lex.take().text)
            figure = figure.copy_negate() if figure else figure
            return self._postfix(Literal(token.start, self.lex.last_end, figure))
        self.depth += 1
        if self.depth > DEPTH:
            raise self.fail("表达式嵌套过深")
        value = self._negation()
        self.depth -= 1
        return Negative(token.start, self.lex.last_end, value)

    def _postfix(self, node: Node) -> Node:
        while True:
            token = self.lex.peek()
            if token.kind == "sign":
                if token.text == ".":
                    self.lex.take()
                    member = self._member()
                    node = Path(node.start, self.lex.last_end, node, member)
                    continue
                if token.text == "(":
                    node = forms.call(self, node)
                    continue
                if token.text == "[" and not (self.range_end and self._closes_range(token)):
                    node = self._filter(node)
                    continue
            elif token.kind == "word" and token.text == "instance":
                self.lex.take()
                self.expect_word("of", "instance ")
                kind = types.parse(self)
                node = InstanceOf(node.start, self.lex.last_end, node, kind)
                continue
            return node

    def _closes_range(self, token: Token) -> bool:
        """Whether `[` here ends an open interval `]a..b[`: nothing that could begin an operand follows."""
        self.lex.reset(token.end)
        after = self.lex.peek()
        self.lex.reset(token.start)
        if after.kind == "sign":
            return after.text not in _OPENS
        return after.kind == "end" or (after.kind == "word" and after.text in _AFTER_OPERAND)

    def _member(self) -> str:
        self.lex.skip_blank()
        known = self.lex.known([*self.members, *self.scopes])
        if known:
            self.lex.reset(known[1])
            self.lex.last_end = known[1]
            return known[0]
        found = WORD.match(self.text, self.lex.pos) or PART.match(self.text, self.lex.pos)
        if not found:
            raise self.fail("“.”之后应为名称")
        self.lex.reset(found.end())
        self.lex.last_end = found.end()
        return found[0]

    def _filter(self, value: Node) -> Node:
        self.lex.take()
        self.scopes.extend((*self.members, _ITEM))
        test = self.expression()
        self.expect("]")
        del self.scopes[-len(self.members) - 1 :]
        return Filter(value.start, self.lex.last_end, value, test)

    # -- operands ------------------------------------------------------------------------------------

    def _primary(self) -> Node:
        token = self.lex.peek()
        if token.kind == "number":
            self.lex.take()
            return Literal(token.start, token.end, numbers.number(token.text))
        if token.kind == "text":
            self.lex.take()
            return Literal(token.start, token.end, self.lex.unescape(token))
        if token.kind == "name":
            self.lex.take()
            return Name(token.start, token.end, token.text)
        if token.kind == "word":
            return self._word(token)
        if token.kind == "end":
            raise self.fail("表达式不完整" if self.text.strip() else "表达式是空的")
        return self._sign(token)

    def _word(self, token: Token) -> Node:
        form = forms.FORMS.get(token.text)
        if form:
            return form(self)
        self.lex.take()
        if token.text in _CONSTANTS:
            return Literal(token.start, token.end, _CONSTANTS[token.text])
        if token.text in KEYWORDS:
            raise self.fail(f"“{token.text}”之前缺少内容", token)
        return Name(token.start, token.end, token.text)

    def _sign(self, token: Token) -> Node:
        if token.text == "@":
            return self._at_literal()
        form = forms.SIGNS.get(token.text)
        if form is None:
            raise self.fail(f"此处应为一个值，却是“{token.text}”", token)
        return form(self)

    def _at_literal(self) -> Node:
        start = self.lex.take().start
        token = self.lex.peek()
        if token.kind != "text":
            raise self.fail("“@”之后应为双引号中的日期、时间或时段")
        self.lex.take()
        value = parse_any(self.lex.unescape(token))
        return Literal(start, token.end, value)

    # -- names that are being defined ----------------------------------------------------------------

    def defined_name(self, stop: re.Pattern[str], what: str) -> str:
        """A new name up to what ends it (`:`, `,`, `)` or ` in `), blanks and signs kept."""
        start = self.lex.skip_blank()
        found = stop.match(self.text, start)
        name = normal(found[1]) if found else ""
        if not found or not WORD.match(name) or name in KEYWORDS:
            raise self.fail(f"此处应为{what}名称")
        self.lex.reset(start + len(found[1]))
        self.lex.last_end = self.lex.pos
        return name

    def interval_from(self, start: int, low: Node, included: bool) -> Node:
        return forms.interval(self, start, low, included)


_CONSTANTS = {"true": True, "false": False, "null": None}
_ITEM = names_of(frozenset({"item"}))

from ziyuan.base.feel import forms, types  # noqa: E402  (the forms need the parser's class, the parser their tables)
