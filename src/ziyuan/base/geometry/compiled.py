"""Loops with one source and two ways of running: compiled by numba where there is much to do, as plain Python where not.

Loading numba costs half a second, which a command on ten features must not pay; a province must not be walked by the
interpreter. Both ways carry out the same operations of IEEE doubles and whole numbers in the same order (no fused or
reassociated arithmetic), so they give the same bits: a patch has one area whatever it is computed with.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import Any

import numpy as np

WORTH = 4_000
"""Steps from which numba is loaded; once it is there, everything runs compiled."""


def ready() -> bool:
    """Whether numba is loaded in this process."""
    return "numba" in sys.modules


class Loop:
    """A function of flat arrays and numbers whose last arguments are the arrays that it fills."""

    def __init__(self, function: Callable[..., None], *, fills: int) -> None:
        self.function = function
        self.fills = fills

    @cached_property
    def compiled(self) -> Callable[..., None]:
        """The machine code, kept on disk between processes; lets go of the interpreter while it runs."""
        import numba

        made: Callable[..., None] = numba.njit(nogil=True, error_model="numpy")(self.function)
        with suppress(RuntimeError):  # no folder to keep it in: compiled anew in each process
            made.enable_caching()  # type: ignore[attr-defined]  # as `njit(cache=True)` does
        return made

    def __call__(self, steps: int, *arguments: Any) -> None:
        """Run it; `steps`: about how many turns it takes."""
        if steps >= WORTH or ready():
            self.compiled(*arguments)
            return
        given, filled = arguments[: -self.fills], arguments[-self.fills :]
        self.function(*(a.tolist() if isinstance(a, np.ndarray) else a for a in given), *filled)
