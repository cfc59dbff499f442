"""What a process of the web site does once it is loaded."""

import gc

# Objects made before the collector looks: a request makes some thousands, nearly all freed without it.
YOUNG = 20_000


def settle() -> None:
    """Let the garbage collector leave alone what is loaded for good, and look less often at what is not."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
