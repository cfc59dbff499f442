"""Heads of chains are read inside the reader's region, as the rows are; the audit cannot be emptied either.

Whoever may write heads (the application: each act moves the head of its county) sees them all; a mere reader, the
auditor's role, sees those of his region.
"""

from django.db import migrations

from ziyuan.kernel.rowsecurity import in_region

_WRITER = "has_table_privilege('kernel_audithead', 'UPDATE')"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_rights")]
    operations = [
        migrations.RunSQL(
            [
                "ALTER TABLE kernel_audithead ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE kernel_audithead FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY writer ON kernel_audithead USING ({_WRITER}) WITH CHECK ({_WRITER})",
                f"CREATE POLICY region_read ON kernel_audithead FOR SELECT USING ({in_region('chain')})",
                "CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON kernel_auditrow"
                " FOR EACH STATEMENT EXECUTE FUNCTION kernel_never()",
            ],
            [
                "DROP TRIGGER audit_not_emptied ON kernel_auditrow",
                "DROP POLICY region_read ON kernel_audithead",
                "DROP POLICY writer ON kernel_audithead",
                "ALTER TABLE kernel_audithead NO FORCE ROW LEVEL SECURITY",
                "ALTER TABLE kernel_audithead DISABLE ROW LEVEL SECURITY",
            ],
        )
    ]
