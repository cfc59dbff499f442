"""Row security of the archive."""

from django.db import migrations

from ziyuan.kernel.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial"), ("kernel", "0002_rights")]
    operations = [protect("archive_archiverecord")]
