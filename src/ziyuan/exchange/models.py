"""What went out and what came in: every package numbered in its stream, chained by head."""

from django.db import models


class Outgoing(models.Model):
    """An event that crosses. Its number is given and committed before the file is written, so a retry keeps it."""

    stream = models.CharField(max_length=60)
    seq = models.BigIntegerField()
    event = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=40)
    created = models.DateTimeField()
    written = models.DateTimeField(null=True)
    head = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("stream", "seq"), name="outgoing_seq"),)


class Incoming(models.Model):
    """A package taken: once by (stream, seq), never by time."""

    stream = models.CharField(max_length=60)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    head = models.CharField(max_length=64)
    taken = models.DateTimeField()
    fault = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("stream", "seq"), name="incoming_seq"),)
