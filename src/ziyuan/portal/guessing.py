"""Progress by number and query code, with a growing delay after wrong codes.

The delay is counted by number, whether the number exists or not, so it tells nothing about which numbers exist.
Numbers are counted in a fixed set of slots chosen by a keyed digest: nobody can fill the table or aim at a slot.
"""

import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from ziyuan.base import sm
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.portal.errors import NoMatch, TooManyGuesses
from ziyuan.portal.models import Guess
from ziyuan.workflow import service as workflow

SLOTS = 1 << 16
FREE_FAILURES = 4
LONGEST_DELAY = 300
FORGOTTEN_AFTER = timedelta(hours=1)
NUMBER = re.compile(r"[A-Z]{2}-[0-9]{4}-[0-9]{6,}")


def query(no: str, code: str) -> dict[str, Any]:
    """What `workflow.query` tells. Raises NoMatch, TooManyGuesses.

    The slot stays locked while the code is compared: guesses sent at once are counted one by one. To be called
    outside a transaction that may be rolled back, else a wrong code would not be counted.
    """
    no, moment = no.strip().upper(), kernel.now()
    if not NUMBER.fullmatch(no):  # one way to write a number, or a guesser would have many
        raise NoMatch(no)
    wrong = False
    with transaction.atomic():
        row = _locked(_slot(no), moment)
        _require_patience(row, moment)
        try:
            told = workflow.query(no, code)
        except errors.NotFound:
            wrong = True
        row.failures = row.failures + 1 if wrong else 0
        row.changed = moment
        row.save(update_fields=["failures", "changed"])
    if wrong:
        raise NoMatch(no)
    return told


def _slot(no: str) -> int:
    mark = sm.provider().hmac_sm3(settings.SECRET_KEY.encode(), b"guess:" + no.encode())
    return int.from_bytes(mark[:2]) % SLOTS


def _locked(slot: int, moment: datetime) -> Guess:
    Guess.objects.get_or_create(slot=slot, defaults={"changed": moment})
    row = Guess.objects.select_for_update().get(slot=slot)
    if moment - row.changed > FORGOTTEN_AFTER:
        row.failures = 0
    return row


def _require_patience(row: Guess, moment: datetime) -> None:
    over = row.failures - FREE_FAILURES
    if over <= 0:
        return
    left = row.changed + timedelta(seconds=min(2 ** min(over, 16), LONGEST_DELAY)) - moment
    if left > timedelta(0):
        raise TooManyGuesses(int(left.total_seconds()) + 1)
