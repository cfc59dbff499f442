"""Regions, organs, people, posts and sessions.

A person (人员) acts through posts (岗位): a role in an organ (机构) of a region (行政区), from a day until a day.
"""

from datetime import date

from django.db import models

from ziyuan.kernel.nodes.node import today


class Region(models.Model):
    """An administrative area: province, city or county; towns come with the survey."""

    code = models.CharField(primary_key=True, max_length=12)
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=10)
    parent = models.CharField(max_length=12, blank=True)
    zone = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ("code",)


class Organ(models.Model):
    """An organ (机关), a unit of it (处室、科室、所), or another body that acts in the system; from a day until a day."""

    code = models.CharField(primary_key=True, max_length=20)
    kind = models.CharField(max_length=12, default="organ")
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    since = models.DateField()
    until = models.DateField(null=True)

    @property
    def name(self) -> str:
        """Its name today; its last one where it is closed."""
        return name_on(self, today())


class OrganTerm(models.Model):
    """How an organ was called and to what it belonged, between two days (both included). Never overlapping."""

    organ = models.ForeignKey(Organ, on_delete=models.PROTECT, related_name="terms")
    name = models.CharField(max_length=100)
    parent = models.ForeignKey(Organ, null=True, on_delete=models.PROTECT, related_name="children")
    since = models.DateField()
    until = models.DateField(null=True)


def name_on(organ: Organ, day: date) -> str:
    """The name on a day: of the term that holds then, else of the nearest one before it, else of the first."""
    terms = list(organ.terms.order_by("since", "pk"))
    before = [t for t in terms if t.since <= day and (t.until is None or t.until >= t.since)]
    return (before[-1] if before else terms[0]).name if terms else organ.code


class Person(models.Model):
    """Somebody who signs in. The password is kept as an Argon2id hash only."""

    user = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    organ = models.ForeignKey(Organ, on_delete=models.PROTECT)
    password = models.CharField(max_length=200)
    failures = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    active = models.BooleanField(default=True)


class Membership(models.Model):
    """The unit in which a person serves (在册), between two days (both included); one at a time."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Organ, on_delete=models.PROTECT, related_name="members")
    since = models.DateField()
    until = models.DateField(null=True)


class Post(models.Model):
    """A role held by a person in a unit, between two days (both included). `head` leads the unit."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Organ, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=40)
    title = models.CharField(max_length=60, blank=True)
    head = models.BooleanField(default=False)
    rank = models.CharField(max_length=10, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        indexes = (models.Index(fields=("role", "since"), name="post_role"),)


class OrganChange(models.Model):
    """One change of the organisation: what, from which day, by whom, when, why. Never changed."""

    region = models.CharField(max_length=12)
    at = models.DateTimeField()
    day = models.DateField()
    actor = models.CharField(max_length=60)
    actor_id = models.BigIntegerField(null=True)
    organ_name = models.CharField(max_length=100)
    act = models.CharField(max_length=40)
    unit = models.CharField(max_length=20)
    person = models.BigIntegerField(null=True)
    text = models.CharField(max_length=300)
    reason = models.CharField(max_length=300)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = (models.Index(fields=("unit", "id"), name="change_unit"),)


class Session(models.Model):
    """A signed-in browser or script. Only the SM3 of its token is stored."""

    token_sm3 = models.CharField(primary_key=True, max_length=64)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    opened = models.DateTimeField()
    seen = models.DateTimeField()
