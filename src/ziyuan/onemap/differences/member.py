"""The reader of a package's tables that runs inside the sandbox: one Parquet file, batch by batch, in one thread."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ziyuan.base.sandbox.answer import ReadLayer
from ziyuan.onemap.differences.errors import DamagedPackage

ROWS_AT_ONCE = 20_000


def read(path: str, options: Mapping[str, Any]) -> Iterator[ReadLayer]:
    """The table of the file, as one layer. Raises DamagedPackage."""
    try:
        file = pq.ParquetFile(path, memory_map=False, pre_buffer=False)
        schema = file.schema_arrow.remove_metadata()
        yield ReadLayer("rows", schema, _batches(file, schema))
    except pa.ArrowException as problem:
        raise DamagedPackage(str(options.get("member", path)), "不是可读的 Parquet 表") from problem


def _batches(file: pq.ParquetFile, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
        yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)
