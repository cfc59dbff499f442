"""Rows of reaching people. Parts, copies and supervision are written from the case's events and proven against them;
notices and what goes out by the ports are messages, which a case does not depend on."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class OfCase(models.Model):
    """What hangs on a case and is seen where the case is."""

    case = models.ForeignKey("workflow.Case", on_delete=models.PROTECT, related_name="+")
    county = models.CharField(max_length=12)
    counties = ArrayField(models.CharField(max_length=12))

    class Meta:
        abstract = True


class CasePart(OfCase):
    """A person has, or had, a part in a case (经手): submitted it, held a task of it, supervises it."""

    person = models.BigIntegerField()
    running = models.BooleanField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "case"), name="case_part_once"),)
        indexes = (models.Index(fields=("person", "case"), name="case_part_running", condition=models.Q(running=True)),)


class CaseCopy(OfCase):
    """A case shown to a person who has no task in it (抄送、传阅), with receipt and opinion."""

    number = models.PositiveIntegerField()
    person = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    read = models.DateTimeField(null=True)
    answered = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="case_copy_number"),)
        indexes = (
            models.Index(fields=("person", "at", "id"), name="case_copy_person"),
            models.Index(fields=("person",), name="case_copy_unread", condition=models.Q(read__isnull=True)),
        )


class Supervision(OfCase):
    """Something a higher level or a head wants done in a case by a day (督办), with its own clock."""

    number = models.PositiveIntegerField()
    region = models.CharField(max_length=12)
    by = models.CharField(max_length=60)
    by_id = models.BigIntegerField(null=True)
    organ = models.CharField(max_length=100)
    to = models.CharField(max_length=200)
    asks = models.CharField(max_length=500)
    days = models.PositiveSmallIntegerField()
    opened = models.DateTimeField()
    due = models.DateField()
    reported = models.DateField(null=True)
    closed = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="supervision_number"),)
        indexes = (
            models.Index(fields=("due", "id"), name="supervision_open", condition=models.Q(closed__isnull=True)),
            models.Index(fields=("opened", "id"), name="supervision_opened"),
        )


class TaskSeen(models.Model):
    """A person has looked at a task that waits for him (已阅)."""

    person = models.BigIntegerField()
    task = models.ForeignKey("workflow.Task", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "task"), name="task_seen_once"),)


class Notice(models.Model):
    """A message in a person's inbox (提醒). `key` makes it come once."""

    person = models.BigIntegerField()
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=16)
    case_id = models.BigIntegerField(null=True)
    case_no = models.CharField(max_length=40, blank=True)
    step = models.CharField(max_length=100, blank=True)
    day = models.DateField(null=True)
    text = models.CharField(max_length=600, blank=True)
    at = models.DateTimeField()
    read = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "key"), name="notice_once"),)
        indexes = (
            models.Index(fields=("person", "id"), name="notice_person"),
            models.Index(fields=("person", "case_id"), name="notice_unread", condition=models.Q(read__isnull=True)),
        )


class OutgoingMessage(models.Model):
    """A message that leaves by a port (外发): written with the act that causes it, sent afterwards by a job."""

    port = models.CharField(max_length=20)
    person = models.BigIntegerField()
    key = models.CharField(max_length=120)
    text = models.CharField(max_length=200)
    state = models.CharField(max_length=10)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)
    receipt = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    sent = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("port", "person", "key"), name="outgoing_once"),)
        indexes = (
            models.Index(fields=("next_try", "id"), name="outgoing_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=("state", "id"), name="outgoing_state"),
        )


class PortChoice(models.Model):
    """Whether a person wants to be reached by a port; without a row he is."""

    person = models.BigIntegerField()
    port = models.CharField(max_length=20)
    wanted = models.BooleanField()
    changed = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "port"), name="port_choice_once"),)
