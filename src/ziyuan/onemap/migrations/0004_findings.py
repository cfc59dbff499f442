"""Fingerprints, exceptions and disputes of findings."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("onemap", "0003_mandates"),
    ]

    operations = []
