"""Composite keys of whole columns, joined as `standards.keys.joined` joins the parts of one."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.onemap.standards.keys import SEPARATOR


def joined(parts: Sequence[pa.Array]) -> pa.Array:
    """Aligned typed columns as one text a row; null where a part is. One part stands as it is, several have `|` escaped."""
    texts = [part.cast(pa.string()) for part in parts]
    if len(texts) == 1:
        return texts[0]
    for sign in ("\\", SEPARATOR):
        texts = [pc.replace_substring(part, sign, f"\\{sign}") for part in texts]
    return pc.binary_join_element_wise(*texts, SEPARATOR)
