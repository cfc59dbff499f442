"""Deliveries, their findings and notes, and registered control areas; each behind row security by county."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from ziyuan.kernel.service import protect


class Migration(migrations.Migration):
    dependencies = [
        ("onemap", "0001_editions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("no", models.CharField(max_length=60, unique=True)),
                ("mandate", models.CharField(max_length=40)),
                ("organ", models.CharField(max_length=20)),
                ("county", models.CharField(max_length=6)),
                ("period", models.CharField(max_length=10)),
                ("sequence", models.IntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待提交"),
                            ("received", "已接收"),
                            ("reading", "正在读取"),
                            ("checking", "正在质检"),
                            ("returned", "已退回"),
                            ("review", "待审核"),
                            ("accepted", "已验收"),
                            ("sealed", "已入库"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=12,
                    ),
                ),
                ("stage", models.CharField(max_length=10)),
                ("file_sm3", models.CharField(max_length=64)),
                ("file_name", models.CharField(max_length=200)),
                ("size", models.BigIntegerField()),
                ("encoding", models.CharField(max_length=20)),
                ("crs", models.IntegerField(null=True)),
                ("opened", models.DateTimeField()),
                ("submitted", models.DateTimeField(null=True)),
                ("submitted_by", models.CharField(max_length=60)),
                ("errors", models.IntegerField(default=0)),
                ("warnings", models.IntegerField(default=0)),
                ("rule_count", models.IntegerField(default=0)),
                ("members", models.JSONField(default=list)),
                ("layers", models.JSONField(default=list)),
                ("kept", models.JSONField(default=dict)),
                ("summary", models.JSONField(default=list)),
                ("bounds", models.JSONField(null=True)),
                ("receipts", models.JSONField(default=dict)),
                ("editions", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="DeliveryCommand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("command", models.CharField(max_length=80)),
                ("county", models.CharField(max_length=6)),
                ("act", models.CharField(max_length=12)),
            ],
        ),
        migrations.CreateModel(
            name="DeliveryFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("county", models.CharField(max_length=6)),
                ("ordinal", models.IntegerField()),
                ("rule", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=60)),
                ("family", models.CharField(max_length=40)),
                ("severity", models.CharField(max_length=10)),
                ("layer", models.CharField(max_length=40, null=True)),
                ("key", models.CharField(max_length=80, null=True)),
                ("row", models.BigIntegerField(null=True)),
                ("field", models.CharField(max_length=60, null=True)),
                ("value", models.TextField(null=True)),
                ("expected", models.TextField(null=True)),
                ("x", models.FloatField(null=True)),
                ("y", models.FloatField(null=True)),
                ("lon", models.FloatField(null=True)),
                ("lat", models.FloatField(null=True)),
                ("measure", models.FloatField(null=True)),
                ("unit", models.CharField(max_length=10, null=True)),
                (
                    "partners",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                ("message", models.TextField()),
                ("remedy", models.TextField()),
                ("shape", models.BinaryField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DeliveryNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("county", models.CharField(max_length=6)),
                ("at", models.DateTimeField()),
                ("person", models.CharField(max_length=60)),
                ("organ_name", models.CharField(max_length=100)),
                ("act", models.CharField(max_length=12)),
                ("text", models.TextField()),
                ("payload", models.BinaryField()),
                ("signature", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="ControlArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("county", models.CharField(max_length=6)),
                ("edition", models.CharField(max_length=10)),
                ("part", models.CharField(max_length=10)),
                ("land_class", models.CharField(db_column="class", max_length=10)),
                ("area_m2", models.DecimalField(decimal_places=2, max_digits=20)),
                ("source", models.CharField(max_length=200)),
                ("registered", models.DateTimeField()),
                ("registered_by", models.CharField(max_length=60)),
                ("replaced", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced__isnull", True)),
                        fields=("county", "edition", "part", "land_class"),
                        name="control_area_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeliveryProgress",
            fields=[
                (
                    "delivery",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="progress",
                        serialize=False,
                        to="onemap.delivery",
                    ),
                ),
                ("county", models.CharField(max_length=6)),
                ("step", models.CharField(max_length=60)),
                ("done", models.BigIntegerField()),
                ("total", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["county", "period"], name="delivery_by_county"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["state"], name="delivery_by_state"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("mandate", "organ", "county", "period", "sequence"), name="delivery_identity"
            ),
        ),
        migrations.AddField(
            model_name="deliverycommand",
            name="delivery",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="onemap.delivery"),
        ),
        migrations.AddField(
            model_name="deliveryfinding",
            name="delivery",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="findings", to="onemap.delivery"
            ),
        ),
        migrations.AddField(
            model_name="deliverynote",
            name="delivery",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="onemap.delivery"
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverycommand",
            constraint=models.UniqueConstraint(fields=("county", "command"), name="delivery_command_once"),
        ),
        migrations.AddConstraint(
            model_name="deliveryfinding",
            constraint=models.UniqueConstraint(fields=("delivery", "ordinal"), name="delivery_finding_once"),
        ),
        protect("onemap_delivery"),
        protect("onemap_deliveryprogress"),
        protect("onemap_deliverynote"),
        protect("onemap_deliverycommand"),
        protect("onemap_deliveryfinding"),
        protect("onemap_controlarea"),
    ]
