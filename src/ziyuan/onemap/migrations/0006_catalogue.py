"""Catalogue, duty table, bulletins and lineage."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("onemap", "0005_changesets"),
    ]

    operations = []
