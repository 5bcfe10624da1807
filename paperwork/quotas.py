"""How much may be given: by a person, by one signed link, and as versions of one thing.

One rule for all: so many files in 24 hours, and so many bytes in all.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Count, Q, Sum
from django.utils import timezone

from accounts.models import User
from courses.models import University
from paperwork import refusals
from paperwork.models import Attachment, subject_of

MEGABYTE = 1024 * 1024
A_DAY = timedelta(days=1)


class Quota(NamedTuple):
    """How much somebody may give."""

    files_a_day: int
    bytes_in_all: int


STUDENT_QUOTA = Quota(files_a_day=20, bytes_in_all=100 * MEGABYTE)
STAFF_QUOTA = Quota(files_a_day=500, bytes_in_all=5000 * MEGABYTE)  # transcripts of a whole course
LINK_QUOTA = Quota(files_a_day=20, bytes_in_all=100 * MEGABYTE)  # of a link, whoever uses it
VERSIONS_QUOTA = Quota(files_a_day=20, bytes_in_all=100 * MEGABYTE)  # of an exam paper


def refuse_beyond(counted: models.Model, size: int) -> None:
    """Raise FileRefusedError when `counted` may not give `size` bytes more.

    It is a person, a link, or a university, of which all links count together.
    """
    if isinstance(counted, User):
        given = Attachment.objects.filter(counted_for=counted)
        quota = STAFF_QUOTA if counted.is_staff_member else STUDENT_QUOTA
        _refuse(given, "given_at", quota, size, by_one=True)
    else:
        given = Attachment.objects.filter(counted_link=name_of(counted))
        quota = STAFF_QUOTA if isinstance(counted, University) else LINK_QUOTA
        _refuse(given, "given_at", quota, size)


def refuse_version(versions: models.QuerySet[Any], at: str, size: int) -> None:
    """Raise FileRefusedError when there are too many `versions` of a thing for one more.

    They have a `size`, and came at `at`. The caller holds a lock on what they are versions of.
    """
    _refuse(versions, at, VERSIONS_QUOTA, size)


def counted_as(counted: models.Model | None) -> dict[str, Any]:
    """The fields of an Attachment that say of whom it is counted."""
    if counted is None or isinstance(counted, User):
        return {"counted_for": counted}
    return {"counted_link": name_of(counted)}


def lock(counted: models.Model) -> None:
    """Let nobody else count for this person or link until the transaction ends."""
    rows: Any = (
        counted._meta.default_manager
    )  # a request's user is a lazy object: no type of its own
    rows.select_for_update(of=("self",), no_key=True).get(pk=counted.pk)


def name_of(link: models.Model) -> str:
    """What an Attachment calls the link, or the university of links, that it is counted to."""
    kind, pk = subject_of(link)
    return f"{kind}:{pk}"


def _refuse(
    given: models.QuerySet[Any], at: str, quota: Quota, size: int, *, by_one: bool = False
) -> None:
    today = Q(**{f"{at}__gt": timezone.now() - A_DAY})
    sums = given.aggregate(today=Count("pk", filter=today), in_all=Sum("size", default=0))
    if sums["today"] >= quota.files_a_day:
        raise refusals.too_many_today(quota.files_a_day, by_one=by_one)
    if sums["in_all"] + size > quota.bytes_in_all:
        raise refusals.too_much_in_all(quota.bytes_in_all, by_one=by_one)
