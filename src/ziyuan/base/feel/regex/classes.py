"""Character classes of XML Schema regular expressions."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

Test = Callable[[str], bool]

BLOCKS = {
    "BasicLatin": (0x00, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7AF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}
_CATEGORIES = frozenset(
    {"L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No"}
    | {"P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Z", "Zs", "Zl", "Zp"}
    | {"S", "Sm", "Sc", "Sk", "So", "C", "Cc", "Cf", "Co", "Cn"}
)


def is_space(char: str) -> bool:
    return char in " \t\n\r"


def is_digit(char: str) -> bool:
    return unicodedata.category(char) == "Nd"


def is_word(char: str) -> bool:
    return unicodedata.category(char)[0] not in "PZC"


def is_name_start(char: str) -> bool:
    return char in "_:" or char.isalpha()


def is_name_part(char: str) -> bool:
    return is_name_start(char) or char in "-.·" or unicodedata.category(char) in ("Nd", "Mn", "Mc")


def negated(test: Test) -> Test:
    return lambda char: not test(char)


ESCAPES: dict[str, Test] = {
    "d": is_digit,
    "w": is_word,
    "s": is_space,
    "i": is_name_start,
    "c": is_name_part,
}
ESCAPES |= {name.upper(): negated(test) for name, test in ESCAPES.items()}


def property_test(name: str) -> Test | None:
    """The test of `\\p{name}`: a general category or a block."""
    if name in _CATEGORIES:
        return lambda char: unicodedata.category(char).startswith(name)
    block = BLOCKS.get(name.removeprefix("Is")) if name.startswith("Is") else None
    if block is None:
        return None
    low, high = block
    return lambda char: low <= ord(char) <= high


def same_letter(one: str) -> Test:
    """Case is ignored: upper, lower and folded forms are one."""
    forms = frozenset((one, one.lower(), one.upper(), one.casefold()))
    return lambda char: char in forms or char.lower() in forms
