"""Regular expressions of XPath 3.1 (the ones FEEL names), matched in bounded time.

Python's `re` can take time exponential in the text, and spells classes otherwise; rule text comes from
people, so the matcher here remembers each (instruction, place) it has tried and tries it once.
"""

from ziyuan.base.feel.regex.machine import replace, search, split
from ziyuan.base.feel.regex.pattern import BadPattern, Program, compile

__all__ = ["BadPattern", "Program", "compile", "replace", "search", "split"]
