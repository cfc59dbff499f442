"""Standing proxies (委托代理), and what supervision reads of policies that acted (策略动用)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ziyuan.workflow.reach.models import OfCase


class Proxy(models.Model):
    """One person acts for another between two days, in some matters or in all, by a letter on file. Ended, never deleted."""

    region = models.CharField(max_length=12)
    principal = models.BigIntegerField()
    principal_name = models.CharField(max_length=60)
    proxy = models.BigIntegerField()
    proxy_name = models.CharField(max_length=60)
    matters = ArrayField(models.CharField(max_length=80))
    since = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=300)
    letter = models.CharField(max_length=64)
    letter_name = models.CharField(max_length=200)
    letter_size = models.BigIntegerField()
    given = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True)
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("proxy", "until"), name="proxy_of"),
            models.Index(fields=("principal", "until"), name="proxy_by"),
        )


class PolicyAct(OfCase):
    """A policy of people acted in a case: which, how, at which task, for whom. Written from the case's events."""

    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    policy = models.CharField(max_length=20)
    way = models.CharField(max_length=20)
    title = models.CharField(max_length=300, blank=True)
    person = models.CharField(max_length=300, blank=True)
    holder = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="policy_act_number"),)
        indexes = (models.Index(fields=("county", "id"), name="policy_act_county"),)
