"""Row security (行级权限) as migration operations.

A policy compares codes by range: `text_ge`/`text_lt` are leakproof, LIKE is not, so indexes stay usable. An unset or
empty setting gives NULL and therefore no row: it fails closed, also on a pooled connection.
"""

from django.db.migrations import RunSQL

LO = "nullif(current_setting('app.lo', true), '')"
HI = "nullif(current_setting('app.hi', true), '')"


def in_region(column: str) -> str:
    """SQL condition: the code in `column` lies in the region of the session."""
    return f'("{column}" >= {LO} AND "{column}" < {HI})'


def protect(table: str, column: str = "county", *, read: str = "", write: str = "") -> RunSQL:
    """FORCE row security on `table`: rows are seen and written only inside the session's region.

    `read`/`write` replace the condition where a row belongs to several regions.
    """
    condition = in_region(column)
    return RunSQL(
        [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY region_read ON "{table}" FOR SELECT USING ({read or condition})',
            f'CREATE POLICY region_insert ON "{table}" FOR INSERT WITH CHECK ({write or condition})',
            f'CREATE POLICY region_update ON "{table}" FOR UPDATE USING ({read or condition})'
            f" WITH CHECK ({write or condition})",
            f'CREATE POLICY region_delete ON "{table}" FOR DELETE USING ({write or condition})',
        ],
        [
            *(f'DROP POLICY region_{act} ON "{table}"' for act in ("read", "insert", "update", "delete")),
            f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
        ],
    )
