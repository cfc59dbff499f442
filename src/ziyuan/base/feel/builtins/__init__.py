"""The built-in functions of FEEL 1.5, by chapter; the registry is filled by importing the chapters."""

from ziyuan.base.feel.builtins import (  # noqa: F401
    contexts,
    conversion,
    lists,
    numeric,
    ranges,
    strings,
    temporal,
)
from ziyuan.base.feel.builtins.registry import NAMES, REGISTRY, as_value, call, parameters_of

__all__ = ["NAMES", "REGISTRY", "as_value", "call", "parameters_of"]
