"""Changesets, rollback and withdrawal of editions."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("onemap", "0004_findings"),
    ]

    operations = []
