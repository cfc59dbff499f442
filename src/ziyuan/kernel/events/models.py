"""The outbox: what happened, written in the transaction in which it happened."""

from django.db import models


class Event(models.Model):
    """Something that others may follow. Delivered to each listener at least once, applied once."""

    name = models.CharField(max_length=60)
    county = models.CharField(max_length=12, blank=True)
    facts = models.JSONField()
    at = models.DateTimeField()


class Receipt(models.Model):
    """A listener has applied an event; written in the listener's own transaction."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT)
    listener = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("event", "listener"), name="receipt_once"),)
