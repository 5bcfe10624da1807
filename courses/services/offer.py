"""The one way to say that what visitors read has changed."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from courses.models import OfferVersion

_READ_VERSION = f"SELECT number FROM {OfferVersion._meta.db_table} WHERE id = 1"  # noqa: S608

# Of one request or task: the version it has read, and whether it has counted up without a commit.
_read: ContextVar[int | None] = ContextVar("offer_read", default=None)
_uncommitted: ContextVar[bool] = ContextVar("offer_uncommitted", default=False)


def offer_changed() -> None:
    """Count the offer's version up in the caller's transaction; at commit what was kept is dropped.

    Raises RuntimeError outside a transaction: a crash could leave a change without its version.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("offer_changed() belongs in the transaction that changes the offer")
    if not OfferVersion.objects.filter(pk=1).update(number=F("number") + 1):
        OfferVersion.objects.create(pk=1, number=1)
    _read.set(None)
    _uncommitted.set(True)
    transaction.on_commit(_committed)


def offer_version() -> int:
    """The version that is committed now (one query).

    Every visitor's page asks it, so it is asked without the ORM, at a tenth of the cost.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READ_VERSION)
        row = cursor.fetchone()
    number = row[0] if row else 0
    _read.set(number)
    return number


def version_in_use() -> int:
    """The version that this request or task has read last; the first one to ask reads it."""
    number = _read.get()
    return offer_version() if number is None else number


def is_uncommitted() -> bool:
    """Whether this request or task has changed the offer and may still roll that back."""
    return _uncommitted.get()


def look_again(**_signal: Any) -> None:
    """A request or task begins: what the one before it has read no longer counts."""
    _read.set(None)
    _uncommitted.set(False)


def _committed() -> None:
    _uncommitted.set(False)
