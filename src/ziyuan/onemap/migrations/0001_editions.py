"""Editions and layer states, each behind row security by county."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from ziyuan.kernel import service as kernel


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("layer", models.CharField(max_length=80)),
                ("county", models.CharField(max_length=6)),
                ("period", models.CharField(max_length=10)),
                ("delivery_no", models.CharField(max_length=60)),
                ("reference_date", models.DateField()),
                ("digest", models.BinaryField(max_length=32)),
                ("features", models.IntegerField()),
                ("area_m2", models.DecimalField(decimal_places=2, max_digits=20, null=True)),
                ("inserted", models.IntegerField()),
                ("updated", models.IntegerField()),
                ("deleted", models.IntegerField()),
                ("unchanged", models.IntegerField()),
                ("lake", models.CharField(max_length=200)),
                ("file_sm3", models.CharField(max_length=64)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None
                    ),
                ),
                ("sealed", models.DateTimeField()),
                ("sealed_by", models.CharField(max_length=60)),
                (
                    "base",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="onemap.edition"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["layer", "county", "-reference_date"], name="edition_by_day")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("layer", "county", "delivery_no"), name="edition_once_a_delivery"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LayerState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("layer", models.CharField(max_length=80)),
                ("county", models.CharField(max_length=6)),
                ("serial", models.BigIntegerField()),
                ("known", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("layer", "county"), name="layer_state_once")]
            },
        ),
        kernel.protect("onemap_edition"),
        kernel.protect("onemap_layerstate"),
    ]
