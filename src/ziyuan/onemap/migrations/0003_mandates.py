"""Mandates, kinds of delivery, resumable uploads, feeds."""

import django.db.models.deletion
from django.db import migrations, models

from ziyuan.kernel.service import protect

STATES = [
    ("open", "待提交"), ("uploading", "正在上传"), ("received", "已接收"), ("reading", "正在读取"), ("checking", "正在质检"),
    ("returned", "已退回"), ("review", "待审核"), ("accepted", "已验收"), ("sealed", "已入库"), ("withdrawn", "已撤回"),
    ("superseded", "已被取代"),
]  # fmt: skip
KINDS = [
    ("full", "完整汇交"), ("partial", "局部汇交"), ("precursor", "预检"), ("changes", "增量更新"), ("filing", "直报备案"),
    ("feed", "接口接入"), ("correction", "存量更正"),
]  # fmt: skip
UPLOADS = [("open", "正在上传"), ("complete", "传完"), ("terminated", "取消"), ("expired", "过期")]


def _add(name: str, field: models.Field) -> migrations.AddField:
    return migrations.AddField("delivery", name, field)


class Migration(migrations.Migration):
    dependencies = [
        ("onemap", "0002_deliveries"),
    ]

    operations = [
        migrations.AlterField("delivery", "state", models.CharField(choices=STATES, max_length=12)),
        _add("kind", models.CharField(choices=KINDS, default="full", max_length=10)),
        _add("comment", models.TextField(default="")),
        _add("named", models.JSONField(default=dict)),
        _add("base", models.JSONField(default=dict)),
        _add("facts", models.JSONField(default=dict)),
        _add("decisions", models.JSONField(default=list)),
        _add("review", models.CharField(default="", max_length=40)),
        _add("attempts", models.IntegerField(default=0)),
        _add("started", models.DateTimeField(null=True)),
        _add("finished", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("county", models.CharField(max_length=6)),
                ("organ", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=200)),
                ("size", models.BigIntegerField()),
                ("offset", models.BigIntegerField(default=0)),
                ("sm3", models.CharField(max_length=64)),
                ("state", models.CharField(choices=UPLOADS, default="open", max_length=12)),
                ("created", models.DateTimeField()),
                ("expires", models.DateTimeField()),
                ("created_by", models.CharField(max_length=60)),
                ("command", models.CharField(max_length=80)),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uploads", to="onemap.delivery"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["organ", "state"], name="upload_by_organ")]},
        ),
        migrations.CreateModel(
            name="Feed",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("mandate", models.CharField(max_length=40)),
                ("county", models.CharField(max_length=6)),
                ("location", models.CharField(max_length=400)),
                ("source", models.CharField(max_length=200)),
                ("licence", models.CharField(max_length=200)),
                ("every", models.IntegerField()),
                ("active", models.BooleanField(default=True)),
                ("due", models.DateTimeField()),
                ("fetched", models.DateTimeField(null=True)),
                ("sm3", models.CharField(max_length=64)),
                ("fault", models.TextField()),
                ("registered_by", models.CharField(max_length=60)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("mandate", "county"), name="feed_once")],
            },
        ),
        protect("onemap_upload"),
        protect("onemap_feed"),
    ]
