"""What is new or changed in the range of courses, as an Atom feed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.syndication.views import Feed
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from courses.models import Course
from courses.wording import gettext as _
from vx_portal.http import PortalRequest, kept

if TYPE_CHECKING:
    from django.db.models import QuerySet

    CoursesFeed = Feed[Course, PortalRequest]
else:
    CoursesFeed = Feed  # it cannot be subscripted when it runs

LONGEST = 50  # entries
NAMED_SINCE = "2026-01-01"  # part of every entry's name (RFC 4151): never change it


def _printable(text: str) -> str:
    """`text` without the control characters that XML cannot hold."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


class NewsFeed(CoursesFeed):
    """Published courses, the last changed first, in the reader's language."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *_args: object, **_kwargs: object) -> PortalRequest:
        return cast("PortalRequest", request)

    def title(self) -> str:
        return _("{portal}: new and changed courses")

    def subtitle(self) -> str:
        return _("Online courses of partner universities for students of {university}.")

    def link(self) -> str:
        return reverse("courses:catalogue")

    def feed_url(self) -> str:
        return reverse("courses:feed")

    def author_name(self) -> str:
        return _("{portal}, {university}")

    def items(self, request: PortalRequest) -> QuerySet[Course]:
        return (
            Course.objects.visible_to(request.user)
            .filter(published_at__isnull=False)
            .select_related("university")
            .annotate(news_at=Greatest("changed_at", Coalesce("published_at", F("changed_at"))))
            .order_by("-news_at", "-pk")[:LONGEST]
        )

    def item_title(self, course: Course) -> str:
        return _printable(f"{course.local_title} ({course.university.code})")

    def item_description(self, course: Course) -> str:
        return linebreaks(_printable(course.about), autoescape=True)

    def item_link(self, course: Course) -> str:
        return course.get_absolute_url()

    def item_guid(self, course: Course) -> str:
        """A name that stays when the address changes; each language's entry has its own."""
        host = urlsplit(settings.SITE_URL).hostname
        return f"tag:{host},{NAMED_SINCE}:{(get_language() or 'nl')[:2]}/courses/{course.pk}"

    def item_author_name(self, course: Course) -> str:
        return _printable(course.university.local_name)

    def item_pubdate(self, course: Course) -> datetime | None:
        return course.published_at

    def item_updateddate(self, course: Course) -> datetime:
        return cast("datetime", course.news_at)  # type: ignore[attr-defined]  # annotated in items

    def item_categories(self, course: Course) -> list[str]:
        words = [course.university.code, course.get_field_display(), course.get_level_display()]
        return [str(word) for word in words if word]


@login_not_required
@require_safe
@kept
def feed(request: PortalRequest) -> HttpResponse:
    return NewsFeed()(request)
