"""Keeping places of an edition for some universities, and giving out what comes free by it."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import Edition
from courses.services.offer import offer_changed
from enrolments.services import acting, places
from enrolments.services.actions import ActionError
from paperwork.services.events import record


def save_places(edition: Edition, kept: dict[int, int], offer_hours: int, *, by: User) -> int:
    """Keep so many places for each university by its key; how many came off the waiting list.

    Raises ActionError when more are taken than that, or kept than there are: nothing changes.
    """
    try:
        with transaction.atomic():
            places.keep_places(edition, kept)
            Edition.objects.filter(pk=edition.pk).update(offer_hours=offer_hours)
            details = {"kept": {str(pk): number for pk, number in kept.items()}}
            record(edition, "places", by=by, details=details | {"offer_hours": offer_hours})
            offer_changed()
            return len(acting.fill(edition.pk))
    except IntegrityError:
        raise ActionError(
            _("So many places cannot be kept: more are taken than that, or there are not so many.")
        ) from None
