"""Cases inside, applications outside.

A case's truth is its events; the case, task and stop rows are what the events say, kept for queries. `fold` rebuilds
them, `verify` compares. An application is the applicant's own copy on the outer node; it never is the case.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from ziyuan.workflow.cases.whole import StateField

OPEN_HELD = models.Q(state="open", holder__isnull=False)
OPEN_POOL = models.Q(state="open", holder__isnull=True)


class Case(models.Model):
    """One matter asked for by one applicant (案件). `state` is the fold of the events up to `seq`, its tasks in rows,
    what events bring whole in `brought`."""

    no = models.CharField(max_length=40, unique=True)
    outer_no = models.CharField(max_length=40, unique=True)
    matter = models.CharField(max_length=80)
    version = models.CharField(max_length=64)
    title = models.CharField(max_length=220)
    applicant = models.CharField(max_length=120)
    county = models.CharField(max_length=12)
    counties = ArrayField(models.CharField(max_length=12))
    status = models.CharField(max_length=20)
    opened = models.DateTimeField()
    accepted = models.DateField(null=True)
    closed = models.DateTimeField(null=True)
    due = models.DateField(null=True)
    next_due = models.DateTimeField(null=True)
    platform_no = models.CharField(max_length=60, blank=True, default="", db_index=True)
    clock = models.JSONField(null=True)
    yellow_on = models.DateField(null=True)
    lamp = models.CharField(max_length=6, blank=True)
    remind_on = models.DateField(null=True)
    supervised = models.DateField(null=True)
    seq = models.BigIntegerField()
    head = models.CharField(max_length=64)
    brought = models.JSONField()
    state = StateField()

    class Meta:
        indexes = (
            models.Index(fields=("status", "due", "id"), name="case_status_due"),
            models.Index(fields=("next_due", "id"), name="case_next_due", condition=models.Q(next_due__isnull=False)),
            models.Index(fields=("remind_on", "id"), name="case_remind_on", condition=models.Q(remind_on__isnull=False)),
        )


class MatterVersion(models.Model):
    """The texts of a matter that some case runs on, by their SM3. Never changed."""

    version = models.CharField(primary_key=True, max_length=64)
    matter = models.CharField(max_length=80)
    texts = models.JSONField()
    kept = models.DateTimeField()


class CaseEvent(models.Model):
    """One thing that happened to a case, chained by hash; never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    counties = ArrayField(models.CharField(max_length=12))
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    actor_id = models.BigIntegerField(null=True)
    organ = models.CharField(max_length=100)
    kind = models.CharField(max_length=40)
    body = models.JSONField()
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "seq"), name="case_event_seq"),)


class Command(models.Model):
    """A command id that was carried out: a repeat answers like the first and does nothing."""

    command = models.CharField(primary_key=True, max_length=80)
    object_kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    at = models.DateTimeField()


class Task(models.Model):
    """A piece of work waiting for, or done by, somebody. `holder` is empty while it waits in a pool: that of its role and
    region, or of the people whom its strategy named (`candidates`).

    `told` is the task as the events say it, whole; the columns repeat what queries ask for, so that no list reads the
    state of a case. `prompted` says that its people were told of it; it is the clock's own and no part of the case.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    matter = models.CharField(max_length=80)
    county = models.CharField(max_length=12)
    counties = ArrayField(models.CharField(max_length=12))
    number = models.PositiveIntegerField()
    node = models.CharField(max_length=60)
    title = models.CharField(max_length=100)
    role = models.CharField(max_length=40)
    region = models.CharField(max_length=12)
    holder = models.BigIntegerField(null=True)
    candidates = ArrayField(models.BigIntegerField(), null=True)
    state = models.CharField(max_length=20)
    opened = models.DateTimeField()
    done = models.DateTimeField(null=True)
    due = models.DateField(null=True)
    yellow_on = models.DateField(null=True)
    lamp = models.CharField(max_length=6, blank=True)
    urged = models.DateField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    told = models.JSONField()
    prompted = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="task_number"),)
        indexes = (
            models.Index(fields=("holder", "due", "id"), name="task_held_due", condition=OPEN_HELD),
            models.Index(fields=("holder", "opened", "id"), name="task_held_opened", condition=OPEN_HELD),
            models.Index(fields=("role", "region", "due", "id"), name="task_pool_due", condition=OPEN_POOL),
            models.Index(fields=("role", "region", "opened", "id"), name="task_pool_opened", condition=OPEN_POOL),
            models.Index(fields=("holder", "done", "id"), name="task_done", condition=models.Q(done__isnull=False)),
            models.Index(fields=("id",), name="task_unprompted", condition=models.Q(state="open", prompted=False)),
            GinIndex(fields=("candidates",), name="task_candidates", condition=models.Q(candidates__isnull=False)),
        )


class Application(models.Model):
    """What an applicant fills in on the outer node (申报), and what he may know of its progress."""

    applicant = models.BigIntegerField()
    matter = models.CharField(max_length=80)
    state = models.CharField(max_length=20)
    no = models.CharField(max_length=40, unique=True, null=True)
    form = models.JSONField(default=dict)
    site = models.JSONField(null=True)
    shown = models.JSONField(null=True)
    pending = models.JSONField(null=True)
    progress = models.JSONField(default=list)
    correction = models.JSONField(null=True)
    rating = models.JSONField(null=True)
    quality = models.JSONField(null=True)
    round = models.PositiveSmallIntegerField(default=0)
    opened = models.DateTimeField()
    changed = models.DateTimeField()


class Paper(models.Model):
    """A paper handed in with an application or case. A new version replaces, the old one stays."""

    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="papers")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="papers")
    counties = ArrayField(models.CharField(max_length=12), default=list)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media = models.CharField(max_length=100)
    replaced = models.BooleanField(default=False)
    added = models.DateTimeField()


class Document(models.Model):
    """A document issued in a case (文书): sealed bytes, number, verification code. Never goes back to draft."""

    case_no = models.CharField(max_length=40)
    outer_no = models.CharField(max_length=40)
    counties = ArrayField(models.CharField(max_length=12), default=list)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    no = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    signature = models.BinaryField()
    signer = models.CharField(max_length=60)
    code = models.CharField(max_length=40, unique=True)
    facts = models.JSONField()
    issued = models.DateTimeField()


class AppliedEffect(models.Model):
    """An effect of a result that was carried out: once for each (case, result, ordinal)."""

    key = models.CharField(primary_key=True, max_length=120)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="effects")
    kind = models.CharField(max_length=40)
    target = models.CharField(max_length=200)
    decision = models.CharField(max_length=60)
    applied = models.DateTimeField()
    undone = models.DateTimeField(null=True)
