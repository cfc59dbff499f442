"""Sign in: right password, wrong password, delay, time-out."""

from datetime import timedelta

import pytest

from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity import signin
from ziyuan.kernel.models import Person, Session


def test_a_right_password_opens_a_session_that_names_the_person(officer):
    clerk = officer("county_clerk", "340123", "wang")
    token, actor = kernel.sign_in("wang", "test-password")
    assert actor == kernel.actor_for(token) == clerk
    assert actor.roles == {"county_clerk"} and actor.region == "340123"


def test_the_token_itself_is_not_stored(officer):
    officer("county_clerk", "340123", "wang")
    token, _ = kernel.sign_in("wang", "test-password")
    assert not Session.objects.filter(token_sm3=token).exists()
    assert Session.objects.count() == 1


def test_a_wrong_password_and_an_unknown_user_sound_the_same(officer):
    officer("county_clerk", "340123", "wang")
    told = []
    for user in ("wang", "nobody-here"):
        with pytest.raises(errors.WrongPassword) as caught:
            kernel.sign_in(user, "wrong")
        told.append(str(caught.value))
    assert told[0] == told[1]


def test_five_failures_delay_the_next_try_and_success_clears_them(officer):
    officer("county_clerk", "340123", "wang")
    for _ in range(signin.FREE_FAILURES + 1):
        _fail("wang")
    with pytest.raises(errors.TryLater):
        kernel.sign_in("wang", "test-password")
    Person.objects.filter(user="wang").update(not_before=kernel.now() - timedelta(seconds=1))
    kernel.sign_in("wang", "test-password")
    assert Person.objects.get(user="wang").failures == 0


def _fail(user):
    with pytest.raises(errors.WrongPassword):
        kernel.sign_in(user, "wrong")


@pytest.mark.parametrize(("field", "age"), [("seen", signin.IDLE), ("opened", signin.ABSOLUTE)])
def test_a_session_ends_when_idle_or_too_old(officer, field, age):
    officer("county_clerk", "340123", "wang")
    token, _ = kernel.sign_in("wang", "test-password")
    Session.objects.update(**{field: kernel.now() - age - timedelta(seconds=1)})
    with pytest.raises(errors.NotSignedIn):
        kernel.actor_for(token)


def test_a_post_counts_only_between_its_days(officer):
    actor = officer("county_clerk", "340123", "wang")
    person = Person.objects.get(pk=actor.person)
    person.posts.update(until=kernel.today() - timedelta(days=1))
    assert signin.actor_of(person, kernel.now()).roles == frozenset()


def test_the_csrf_mark_differs_from_session_to_session():
    assert kernel.csrf_of("a") != kernel.csrf_of("b")
