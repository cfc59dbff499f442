"""Row security of the archive."""

from django.db import migrations

from ziyuan.kernel import service as kernel


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial"), ("kernel", "0002_rights")]
    operations = [kernel.protect("archive_archiverecord")]
