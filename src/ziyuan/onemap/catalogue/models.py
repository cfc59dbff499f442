"""Due dates, bulletins with their replies, what stands on editions, what people write about a layer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class DueDate(models.Model):
    """The last day of a delivery as the province announced it. A new announcement ends the row before."""

    mandate = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    due = models.DateField()
    source = models.CharField(max_length=200)
    region = models.CharField(max_length=6)
    registered = models.DateTimeField()
    registered_by = models.CharField(max_length=60)
    replaced = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("mandate", "period"), condition=models.Q(replaced__isnull=True), name="due_date_once"
            ),
        )


class BulletinState(models.TextChoices):
    DRAFT = "draft", "草稿"
    RETURNED = "returned", "退回修改"
    REVIEWED = "reviewed", "已审核"
    SIGNED = "signed", "已签发"
    PUBLISHED = "published", "已发布"
    DISCARDED = "discarded", "已作废"


class Bulletin(models.Model):
    """One 通报: figures frozen at `cut`, with the rows behind each of them; the digest covers both.

    `review` is the number of the case in which it is reviewed, signed and published. What is signed changes no more: the
    database refuses it.
    """

    no = models.CharField(max_length=40, unique=True)
    region = models.CharField(max_length=6)
    month = models.CharField(max_length=7)
    state = models.CharField(max_length=12, choices=BulletinState.choices)
    cut = models.DateTimeField()
    figures = models.JSONField()
    digest = models.CharField(max_length=64)
    remark = models.TextField(default="")
    made_by = models.CharField(max_length=60)
    made_by_id = models.BigIntegerField(null=True)
    reviewed_by = models.CharField(max_length=60, default="")
    signed_by = models.CharField(max_length=60, default="")
    signature = models.BinaryField(null=True)
    published = models.DateTimeField(null=True)
    review = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("region", "month"),
                condition=~models.Q(state="discarded"),
                name="bulletin_once_a_month",
            ),
        )

    @property
    def state_title(self) -> str:
        return BulletinState(self.state).label


class BulletinReply(models.Model):
    """What a city or county says to a published bulletin: receipt (签收), objection (异议); and the answer to it."""

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="replies")
    region = models.CharField(max_length=6)
    kind = models.CharField(max_length=10)
    text = models.TextField(default="")
    at = models.DateTimeField()
    person = models.CharField(max_length=60)
    answer = models.TextField(default="")
    answered = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("bulletin", "region"),
                condition=models.Q(kind="receipt"),
                name="bulletin_receipt_once",
            ),
        )


class StandsOn(models.Model):
    """Something that used a county's layer: a case, an export, a report. Written by the verb that used it."""

    user_kind = models.CharField(max_length=20)
    user_id = models.CharField(max_length=80)
    layer = models.CharField(max_length=80)
    county = models.CharField(max_length=6)
    edition = models.ForeignKey("onemap.Edition", models.PROTECT, null=True)
    at = models.DateTimeField()
    person = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user_kind", "user_id", "layer", "county", "edition"),
                name="stands_on_once",
                nulls_distinct=False,
            ),
        )
        indexes = (models.Index(fields=("layer", "county"), name="stands_on_layer"),)


class LayerNote(models.Model):
    """What a person adds to a layer's metadata: purpose and limits. A new note ends the one before."""

    layer = models.CharField(max_length=80)
    region = models.CharField(max_length=6)
    purpose = models.TextField(default="")
    limits = models.TextField(default="")
    keywords = ArrayField(models.CharField(max_length=40), default=list)
    at = models.DateTimeField()
    person = models.CharField(max_length=60)
    replaced = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("layer",), condition=models.Q(replaced__isnull=True), name="layer_note_once"
            ),
        )
