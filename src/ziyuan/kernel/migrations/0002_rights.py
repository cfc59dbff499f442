"""Row security of the audit, and what the database itself refuses.

The audit is read inside the reader's region only; a row may be added by any act of the node; nothing may be changed.
"""

from django.db import migrations

from ziyuan.kernel.rowsecurity import in_region, protect

_NEVER = """
CREATE FUNCTION kernel_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit rows are never changed or deleted'; END $$
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [
        migrations.RunSQL(
            [
                "ALTER TABLE kernel_auditrow ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE kernel_auditrow FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY region_read ON kernel_auditrow FOR SELECT USING ({in_region('chain')})",
                "CREATE POLICY anyone_adds ON kernel_auditrow FOR INSERT WITH CHECK (true)",
                _NEVER,
                "CREATE TRIGGER audit_never BEFORE UPDATE OR DELETE ON kernel_auditrow"
                " FOR EACH ROW EXECUTE FUNCTION kernel_never()",
            ],
            migrations.RunSQL.noop,
        ),
        protect("kernel_organchange", "region"),
        migrations.RunSQL(
            [
                "CREATE TRIGGER organ_change_never BEFORE UPDATE OR DELETE ON kernel_organchange"
                " FOR EACH ROW EXECUTE FUNCTION kernel_never()",
                *(
                    f"ALTER TABLE kernel_{table} ADD CONSTRAINT {table}_in_order CHECK (until IS NULL OR until >= since - 1)"
                    for table in ("organ", "organterm", "membership", "post")
                ),
            ],
            migrations.RunSQL.noop,
        ),
    ]
