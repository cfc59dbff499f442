"""Deliveries (汇交), their findings, notes and progress; registered control areas (控制面积)."""

from django.db import models


class State(models.TextChoices):
    OPEN = "open", "待提交"
    UPLOADING = "uploading", "正在上传"
    RECEIVED = "received", "已接收"
    READING = "reading", "正在读取"
    CHECKING = "checking", "正在质检"
    RETURNED = "returned", "已退回"
    REVIEW = "review", "待审核"
    ACCEPTED = "accepted", "已验收"
    SEALED = "sealed", "已入库"
    WITHDRAWN = "withdrawn", "已撤回"
    SUPERSEDED = "superseded", "已被取代"


class Kind(models.TextChoices):
    FULL = "full", "完整汇交"
    PARTIAL = "partial", "局部汇交"
    PRECURSOR = "precursor", "预检"
    CHANGES = "changes", "增量更新"
    FILING = "filing", "直报备案"
    FEED = "feed", "接口接入"
    CORRECTION = "correction", "存量更正"


class UploadState(models.TextChoices):
    OPEN = "open", "正在上传"
    COMPLETE = "complete", "传完"
    TERMINATED = "terminated", "取消"
    EXPIRED = "expired", "过期"


class Delivery(models.Model):
    """One attempt of a county to deliver one period. Identity is mandate × organ × period × sequence.

    The file's digest is an attribute only: the same bytes may be delivered twice, by two organs.
    """

    no = models.CharField(max_length=60, unique=True)
    mandate = models.CharField(max_length=40)
    organ = models.CharField(max_length=20)
    county = models.CharField(max_length=6)
    period = models.CharField(max_length=10)
    sequence = models.IntegerField()
    state = models.CharField(max_length=12, choices=State.choices)
    stage = models.CharField(max_length=10)
    # Number of the review it goes on in; empty before there is one.
    review = models.CharField(max_length=40, default="")
    file_sm3 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    encoding = models.CharField(max_length=20)
    crs = models.IntegerField(null=True)
    opened = models.DateTimeField()
    submitted = models.DateTimeField(null=True)
    submitted_by = models.CharField(max_length=60)
    errors = models.IntegerField(default=0)
    warnings = models.IntegerField(default=0)
    rule_count = models.IntegerField(default=0)
    members = models.JSONField(default=list)
    layers = models.JSONField(default=list)
    kept = models.JSONField(default=dict)
    summary = models.JSONField(default=list)
    bounds = models.JSONField(null=True)
    receipts = models.JSONField(default=dict)
    editions = models.JSONField(default=list)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.FULL)
    comment = models.TextField(default="")
    # Partial: {"layers": […], "villages": […]}.
    named = models.JSONField(default=dict)
    # Layer → {"edition", "digest"}: what the parts not delivered are taken from, what a correction corrects.
    base = models.JSONField(default=dict)
    # What belongs to one kind alone: the record of a filing, the source of a feed, the lineage of a correction.
    facts = models.JSONField(default=dict)
    # Answers of persons to questions of the guards: encoding, CRS, members, columns; who, when, what was shown.
    decisions = models.JSONField(default=list)
    attempts = models.IntegerField(default=0)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("mandate", "organ", "county", "period", "sequence"), name="delivery_identity"
            ),
        )
        indexes = (
            models.Index(fields=("county", "period"), name="delivery_by_county"),
            models.Index(fields=("state",), name="delivery_by_state"),
        )

    @property
    def state_title(self) -> str:
        if self.kind == Kind.PRECURSOR and self.state == State.ACCEPTED:
            return "预检通过"
        return State(self.state).label

    @property
    def kind_title(self) -> str:
        return Kind(self.kind).label


class Upload(models.Model):
    """A file on its way in, part by part. `offset` is what is on disk, synced and acknowledged; the file may hold more."""

    id = models.CharField(max_length=32, primary_key=True)
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="uploads")
    county = models.CharField(max_length=6)
    organ = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    # What the sender says the whole is; empty when he does not.
    sm3 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=UploadState.choices, default=UploadState.OPEN)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    created_by = models.CharField(max_length=60)
    command = models.CharField(max_length=80)

    class Meta:
        indexes = (models.Index(fields=("organ", "state"), name="upload_by_organ"),)


class Feed(models.Model):
    """Where a mandate's data of a county is fetched from, and when (接口接入)."""

    mandate = models.CharField(max_length=40)
    county = models.CharField(max_length=6)
    location = models.CharField(max_length=400)
    source = models.CharField(max_length=200)
    licence = models.CharField(max_length=200)
    # Hours between two fetches.
    every = models.IntegerField()
    active = models.BooleanField(default=True)
    due = models.DateTimeField()
    fetched = models.DateTimeField(null=True)
    sm3 = models.CharField(max_length=64)
    fault = models.TextField()
    registered_by = models.CharField(max_length=60)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("mandate", "county"), name="feed_once"),)


class DeliveryProgress(models.Model):
    """How far the running job is; written outside the job's final transaction, so that it can be seen."""

    delivery = models.OneToOneField(Delivery, models.CASCADE, primary_key=True, related_name="progress")
    county = models.CharField(max_length=6)
    step = models.CharField(max_length=60)
    done = models.BigIntegerField()
    total = models.BigIntegerField()
    at = models.DateTimeField()


class DeliveryNote(models.Model):
    """A signed act on a delivery: who, for which organ, what, in which words."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="notes")
    county = models.CharField(max_length=6)
    at = models.DateTimeField()
    person = models.CharField(max_length=60)
    organ_name = models.CharField(max_length=100)
    act = models.CharField(max_length=12)
    text = models.TextField()
    payload = models.BinaryField()
    signature = models.BinaryField()


class DeliveryCommand(models.Model):
    """A command that has been carried out; asking again gives the delivery it led to."""

    command = models.CharField(max_length=80)
    county = models.CharField(max_length=6)
    act = models.CharField(max_length=12)
    delivery = models.ForeignKey(Delivery, models.PROTECT)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("county", "command"), name="delivery_command_once"),)


class ControlArea(models.Model):
    """Registered area of one land class of a county: what the survey must close to, in m².

    Registering again ends the rows before (`replaced`) and adds new ones; nothing registered is lost.
    """

    county = models.CharField(max_length=6)
    edition = models.CharField(max_length=10)
    part = models.CharField(max_length=10)
    land_class = models.CharField(max_length=10, db_column="class")
    area_m2 = models.DecimalField(max_digits=20, decimal_places=2)
    source = models.CharField(max_length=200)
    registered = models.DateTimeField()
    registered_by = models.CharField(max_length=60)
    replaced = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("county", "edition", "part", "land_class"),
                condition=models.Q(replaced__isnull=True),
                name="control_area_once",
            ),
        )
