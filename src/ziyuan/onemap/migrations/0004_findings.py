"""Check runs; all that is known of a finding; exceptions, disputes and the signed notes on them.

Findings of before keep their rows: they have no run, no fingerprint, and count as new and open.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from ziyuan.kernel.service import protect

DUTIES = [("submitter", "汇交单位"), ("reviewer", "审核人员"), ("platform", "平台")]
STANDINGS = [("new", "新增"), ("still", "仍在"), ("fixed", "已改正")]
STATES = [("open", "待整改"), ("fixed", "已改正"), ("excepted", "已列入例外"), ("disputed", "有异议"), ("false_alarm", "误报")]


def _add(name: str, field: models.Field) -> migrations.AddField:
    return migrations.AddField("storedfinding", name, field)


ADDED = [
    _add("run", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="findings",
                                  to="onemap.checkrun")),
    _add("exception", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="findings",
                                        to="onemap.findingexception")),
    _add("fixed_in", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="mended",
                                       to="onemap.checkrun")),
    _add("rule_version", models.CharField(blank=True, default="", max_length=16)),
    _add("standard", models.CharField(blank=True, default="", max_length=60)),
    _add("duty", models.CharField(choices=DUTIES, default="submitter", max_length=10)),
    _add("clause", models.CharField(max_length=200, null=True)),
    _add("file", models.CharField(max_length=300, null=True)),
    _add("line", models.BigIntegerField(null=True)),
    _add("epsg", models.IntegerField(null=True)),
    _add("village", models.CharField(max_length=12, null=True)),
    _add("village_name", models.CharField(max_length=100, null=True)),
    _add("delivered", models.BinaryField(null=True)),
    _add("fingerprint", models.CharField(blank=True, default="", max_length=32)),
    _add("standing", models.CharField(choices=STANDINGS, default="new", max_length=10)),
    _add("since", models.CharField(blank=True, default="", max_length=60)),
    _add("state", models.CharField(choices=STATES, default="open", max_length=12)),
    _add("followed", models.BooleanField(default=False)),
    migrations.AddIndex("storedfinding", models.Index(fields=["county", "fingerprint"], name="finding_by_fingerprint")),
    migrations.AddIndex("storedfinding", models.Index(fields=["delivery", "rule"], name="finding_by_rule")),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("onemap", "0003_mandates"),
    ]

    operations = [
        migrations.RenameModel("DeliveryFinding", "StoredFinding"),
        migrations.CreateModel(
            name="CheckRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "delivery",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="onemap.delivery"),
                ),
                ("county", models.CharField(max_length=6)),
                ("mandate", models.CharField(max_length=40)),
                ("period", models.CharField(max_length=10)),
                ("sequence", models.IntegerField()),
                ("number", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("complete", models.BooleanField()),
                ("epsg", models.IntegerField(null=True)),
                ("standards", models.JSONField(default=list)),
                ("versions", models.JSONField(default=dict)),
                ("switches", models.JSONField(default=list)),
                ("counts", models.JSONField(default=list)),
                ("features", models.JSONField(default=dict)),
                ("score", models.JSONField(null=True)),
                ("errors", models.IntegerField()),
                ("open_errors", models.IntegerField()),
                ("first_pass", models.BooleanField(null=True)),
                ("standing", models.JSONField(default=dict)),
                (
                    "earlier",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="later", to="onemap.checkrun"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["county", "mandate", "period"], name="check_run_by_series")],
                "constraints": [models.UniqueConstraint(fields=("delivery", "number"), name="check_run_once")],
            },
        ),
        migrations.CreateModel(
            name="FindingException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("no", models.CharField(max_length=40, unique=True)),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="exceptions", to="onemap.delivery"
                    ),
                ),
                ("county", models.CharField(max_length=6)),
                ("mandate", models.CharField(max_length=40)),
                ("rules", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), size=None)),
                ("scope", models.CharField(choices=[("features", "所列要素"), ("region", "行政区")], max_length=10)),
                ("region", models.CharField(blank=True, max_length=12)),
                ("items", models.JSONField()),
                ("reason", models.TextField()),
                ("until", models.DateField()),
                ("proof_sm3", models.CharField(max_length=64)),
                ("proof_name", models.CharField(max_length=200)),
                ("proof_size", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "待批准"),
                            ("returned", "退回补充"),
                            ("approved", "已批准"),
                            ("refused", "未批准"),
                            ("withdrawn", "已撤销"),
                            ("ended", "已到期"),
                        ],
                        max_length=12,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("requested_by", models.CharField(max_length=60)),
                ("requested_id", models.BigIntegerField()),
                ("requested_unit", models.CharField(max_length=20)),
                ("requested_organ", models.CharField(max_length=100)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=60)),
                ("decided_id", models.BigIntegerField(null=True)),
                ("decided_organ", models.CharField(blank=True, max_length=100)),
                ("opinion", models.TextField(blank=True)),
                ("review", models.CharField(blank=True, default="", max_length=60)),
            ],
            options={
                "indexes": [models.Index(fields=["county", "mandate", "state"], name="exception_by_county")],
            },
        ),
        *ADDED,
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("no", models.CharField(max_length=40, unique=True)),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="onemap.storedfinding"
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="onemap.delivery"),
                ),
                ("county", models.CharField(max_length=6)),
                ("reason", models.TextField()),
                ("proof_sm3", models.CharField(blank=True, max_length=64)),
                ("proof_name", models.CharField(blank=True, max_length=200)),
                ("proof_size", models.BigIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("raised", "待答复"),
                            ("upheld", "问题成立"),
                            ("false_alarm", "确认误报"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=12,
                    ),
                ),
                ("raised_at", models.DateTimeField()),
                ("raised_by", models.CharField(max_length=60)),
                ("raised_id", models.BigIntegerField()),
                ("raised_unit", models.CharField(max_length=20)),
                ("raised_organ", models.CharField(max_length=100)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.CharField(blank=True, max_length=60)),
                ("answered_organ", models.CharField(blank=True, max_length=100)),
                ("answer", models.TextField(blank=True)),
                ("fixture", models.TextField(blank=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "raised")), fields=("finding",), name="dispute_once_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FindingNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "exception",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="onemap.findingexception"
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="onemap.dispute"
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
            name="FindingCommand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("county", models.CharField(max_length=6)),
                ("command", models.CharField(max_length=80)),
                ("act", models.CharField(max_length=12)),
                (
                    "exception",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="commands", to="onemap.findingexception"
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="commands", to="onemap.dispute"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("county", "command"), name="finding_command_once")],
            },
        ),
        protect("onemap_checkrun"),
        protect("onemap_findingexception"),
        protect("onemap_dispute"),
        protect("onemap_findingnote"),
        protect("onemap_findingcommand"),
    ]
