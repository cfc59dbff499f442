"""Mandates, kinds of delivery, resumable uploads."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("onemap", "0002_deliveries"),
    ]

    operations = []
