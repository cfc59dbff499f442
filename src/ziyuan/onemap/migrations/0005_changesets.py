"""Changesets, rollback and withdrawal of editions; links between parents and children."""

import django.db.models.deletion
from django.db import migrations, models

from ziyuan.kernel.service import protect

KINDS = [("delivery", "汇交"), ("changeset", "增量包"), ("rollback", "回退"), ("cut", "定时切版")]
SOURCES = [("declared", "变更记录"), ("overlap", "图形叠加")]


def _add(name: str, field: models.Field) -> migrations.AddField:
    return migrations.AddField("edition", name, field)


class Migration(migrations.Migration):
    dependencies = [
        ("onemap", "0004_findings"),
    ]

    operations = [
        _add("kind", models.CharField(choices=KINDS, default="delivery", max_length=10)),
        _add("reason", models.TextField(default="")),
        _add("package", models.CharField(default="", max_length=64)),
        _add("withdrawn", models.DateTimeField(null=True)),
        _add("withdrawn_by", models.CharField(default="", max_length=60)),
        _add("withdrawn_reason", models.TextField(default="")),
        migrations.CreateModel(
            name="ParentLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("layer", models.CharField(max_length=80)),
                ("county", models.CharField(max_length=6)),
                ("child", models.CharField(max_length=80)),
                ("parent", models.CharField(max_length=80)),
                ("shared_m2", models.DecimalField(decimal_places=2, max_digits=20)),
                ("share", models.DecimalField(decimal_places=4, max_digits=7)),
                ("source", models.CharField(choices=SOURCES, max_length=10)),
                ("edition", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="onemap.edition")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["layer", "county", "child"], name="link_by_child"),
                    models.Index(fields=["layer", "county", "parent"], name="link_by_parent"),
                ]
            },
        ),
        protect("onemap_parentlink"),
    ]
