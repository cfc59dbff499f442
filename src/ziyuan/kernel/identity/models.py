"""Regions, organs, people, posts and sessions.

A person (人员) acts through posts (岗位): a role in an organ (机构) of a region (行政区), from a day until a day.
"""

from django.db import models


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
    """A department of natural resources, or another body that acts in the system."""

    code = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=100)
    region = models.ForeignKey(Region, on_delete=models.PROTECT)


class Person(models.Model):
    """Somebody who signs in. The password is kept as an Argon2id hash only."""

    user = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    organ = models.ForeignKey(Organ, on_delete=models.PROTECT)
    password = models.CharField(max_length=200)
    failures = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    active = models.BooleanField(default=True)


class Post(models.Model):
    """A role held by a person, between two days (both included)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "role", "since"), name="post_once"),)


class Session(models.Model):
    """A signed-in browser or script. Only the SM3 of its token is stored."""

    token_sm3 = models.CharField(primary_key=True, max_length=64)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    opened = models.DateTimeField()
    seen = models.DateTimeField()
