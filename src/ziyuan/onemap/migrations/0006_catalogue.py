"""Due dates, bulletins and their replies, what stands on editions, notes on layers; each behind row security."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from ziyuan.kernel.service import in_region, protect

STANDS = """
CREATE FUNCTION onemap_bulletin_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('published', 'discarded')
     OR (OLD.state = 'signed' AND (NEW.state NOT IN ('signed', 'published')
         OR (NEW.no, NEW.region, NEW.month, NEW.cut, NEW.figures, NEW.digest, NEW.signed_by, NEW.signature)
            IS DISTINCT FROM
            (OLD.no, OLD.region, OLD.month, OLD.cut, OLD.figures, OLD.digest, OLD.signed_by, OLD.signature)))
  THEN
    RAISE EXCEPTION 'bulletin % is issued and stands', OLD.no USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER onemap_bulletin_stands BEFORE UPDATE ON onemap_bulletin
FOR EACH ROW EXECUTE FUNCTION onemap_bulletin_stands()
"""
UNDONE = "DROP TRIGGER onemap_bulletin_stands ON onemap_bulletin; DROP FUNCTION onemap_bulletin_stands()"


class Migration(migrations.Migration):
    dependencies = [
        ("onemap", "0005_changesets"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bulletin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("no", models.CharField(max_length=40, unique=True)),
                ("region", models.CharField(max_length=6)),
                ("month", models.CharField(max_length=7)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("returned", "退回修改"),
                            ("reviewed", "已审核"),
                            ("signed", "已签发"),
                            ("published", "已发布"),
                            ("discarded", "已作废"),
                        ],
                        max_length=12,
                    ),
                ),
                ("cut", models.DateTimeField()),
                ("figures", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("remark", models.TextField(default="")),
                ("made_by", models.CharField(max_length=60)),
                ("made_by_id", models.BigIntegerField(null=True)),
                ("reviewed_by", models.CharField(default="", max_length=60)),
                ("signed_by", models.CharField(default="", max_length=60)),
                ("signature", models.BinaryField(null=True)),
                ("published", models.DateTimeField(null=True)),
                ("review", models.CharField(blank=True, default="", max_length=60)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "discarded"), _negated=True),
                        fields=("region", "month"),
                        name="bulletin_once_a_month",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DueDate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mandate", models.CharField(max_length=40)),
                ("period", models.CharField(max_length=10)),
                ("due", models.DateField()),
                ("source", models.CharField(max_length=200)),
                ("region", models.CharField(max_length=6)),
                ("registered", models.DateTimeField()),
                ("registered_by", models.CharField(max_length=60)),
                ("replaced", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced__isnull", True)),
                        fields=("mandate", "period"),
                        name="due_date_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LayerNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("layer", models.CharField(max_length=80)),
                ("region", models.CharField(max_length=6)),
                ("purpose", models.TextField(default="")),
                ("limits", models.TextField(default="")),
                (
                    "keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                ("person", models.CharField(max_length=60)),
                ("replaced", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced__isnull", True)),
                        fields=("layer",),
                        name="layer_note_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BulletinReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6)),
                ("kind", models.CharField(max_length=10)),
                ("text", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("person", models.CharField(max_length=60)),
                ("answer", models.TextField(default="")),
                ("answered", models.DateTimeField(null=True)),
                ("answered_by", models.CharField(default="", max_length=60)),
                (
                    "bulletin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="onemap.bulletin",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "receipt")),
                        fields=("bulletin", "region"),
                        name="bulletin_receipt_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StandsOn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_kind", models.CharField(max_length=20)),
                ("user_id", models.CharField(max_length=80)),
                ("layer", models.CharField(max_length=80)),
                ("county", models.CharField(max_length=6)),
                ("at", models.DateTimeField()),
                ("person", models.CharField(max_length=60)),
                (
                    "edition",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="onemap.edition"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["layer", "county"], name="stands_on_layer")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user_kind", "user_id", "layer", "county", "edition"),
                        name="stands_on_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        protect("onemap_bulletin", "region", read=f"({in_region('region')} OR state = 'published')"),
        protect("onemap_duedate", "region", read="true"),
        protect("onemap_layernote", "region", read="true"),
        protect("onemap_bulletinreply", "region"),
        protect("onemap_standson"),
        migrations.RunSQL(STANDS, UNDONE),
    ]
