"""Pages of text: how it works, help, accessibility, privacy. Each language has its own template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.html import strip_tags
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from courses import house
from courses.counting import has_no_extracurricular, without_extracurricular
from courses.search import plain, read_query
from courses.wording import fill, gettext
from vx_portal import answers
from vx_portal.display import A_YEAR
from vx_portal.http import PortalRequest, kept
from vx_portal.templatetags.portal import time_span

TERMS = (  # on the privacy page, by its own short names
    ("nothing", "privacy.nothing_months"),
    ("words", "privacy.words_months"),
    ("cases", "privacy.case_months"),
    ("letters", "privacy.letter_months"),
    ("messages", "privacy.message_months"),
    ("answers", "privacy.answer_months"),
    ("strangers", "privacy.stranger_months"),
    ("account", "privacy.account_months"),
    ("notice", "privacy.notice_days"),
    ("copy", "privacy.copy_days"),
    ("facilities", "exams.facility_kept_days"),
)
REVIEWED_ON = date(2026, 11, 28)  # when these texts were last read against the rules


def _(text: str) -> str:
    """A text that is collected for translation, and looked up when the page is made."""
    return text


# The questions of the help page, in the order in which a student meets them. Each slug is a partial
# of templates/pages/help_topics.<language>.html, and the address of its answer: keep it.
HELP: dict[str, dict[str, str]] = {
    _("Choosing and applying"): {
        "may-i": _("Can I take part?"),
        "which-course": _("Which courses can I choose?"),
        "permission": _("Do I need permission?"),
        "how-to-apply": _("Where do I apply?"),
        "no-places": _("The course is full"),
        "withdraw": _("I want to withdraw"),
    },
    _("Following the course"): {
        "what-time": _("What time are the live sessions?"),
        "books": _("Do I have to pay for anything?"),
        "no-access": _("I cannot get to the course material"),
    },
    _("The exam"): {
        "exam-where": _("Where and when is my exam?"),
        "exam-clash": _("My exam clashes with another one"),
        "facilities": _("I have extra exam time or another facility"),
        "ill": _("I am ill on the day of the exam"),
        "resit": _("Is there a resit?"),
    },
    _("Grade and credits"): {
        "no-transcript": _("I have not received a transcript"),
        "grade-not-in-usis": _("My grade is not in {system} yet"),
        "which-request": _("Which petition do I need?"),
        "grade-differs": _("The result in {system} is not my grade"),
        "failed": _("I have not passed the course"),
    },
    _("The portal"): {
        "sign-in": _("I cannot sign in"),
        "my-data": _("What do you keep about me?"),
        "problem": _("Something in the portal does not work"),
    },
}
QUESTIONS = {slug: question for topics in HELP.values() for slug, question in topics.items()}
LONGEST_QUERY = 100  # characters of a search that are looked at


@dataclass(frozen=True)
class Topic:
    """A question of the help page with its answer in the reader's language."""

    slug: str
    title: str
    answer: str

    def holds(self, words: list[str]) -> bool:
        """Whether the question and its answer hold all of `words`."""
        text = plain(f"{self.title} {strip_tags(self.answer)}")
        return all(word in text for word in words)


@dataclass(frozen=True)
class Section:
    """Questions about one part of the route."""

    title: str
    topics: list[Topic]


def _text(request: PortalRequest, name: str, **context: object) -> HttpResponse:
    """Render the page `name` in the reader's language."""
    template = f"pages/{name}.{get_language()}.html"
    return render(request, template, {"reviewed_on": REVIEWED_ON, "sso": _sso(), **context})


def _sso() -> bool:
    """Whether people can sign in with the account of their university."""
    return bool(settings.OIDC_SERVER_URL)


def _extracurricular(request: PortalRequest) -> dict[str, object]:
    """Of which faculties the students cannot count a course as extracurricular.

    Such a student does not read of it at all; others read for whom it is not.
    """
    faculties = without_extracurricular(request.user)
    return {
        "without_extracurricular": has_no_extracurricular(request.user, faculties),
        "no_extracurricular": faculties,
    }


@login_not_required
@require_safe
@kept
def how_it_works(request: PortalRequest) -> HttpResponse:
    return _text(request, "how_it_works", **_extracurricular(request))


@login_not_required
@require_safe
@kept
def exams(request: PortalRequest) -> HttpResponse:
    return _text(request, "exams")


@login_not_required
@require_safe
@kept
def registration(request: PortalRequest) -> HttpResponse:
    return _text(request, "registration", **_extracurricular(request))


@login_not_required
@require_safe
@kept
def honours(request: PortalRequest) -> HttpResponse:
    return _text(request, "honours")


@login_not_required
@require_safe
@kept
def accessibility(request: PortalRequest) -> HttpResponse:
    return _text(request, "accessibility", contact=house.text("portal.contact"))


@login_not_required
@require_safe
@kept
def privacy(request: PortalRequest) -> HttpResponse:
    """The names, times and terms come from the settings, so that the page stays true."""
    limits = {
        who: {"idle": time_span(idle), "longest": time_span(longest)}
        for who, (idle, longest) in settings.SESSION_LIMITS.items()
    }
    cookies = {
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "session_lasts": time_span(settings.SESSION_COOKIE_AGE),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "csrf_lasts": time_span(settings.CSRF_COOKIE_AGE),
        "language_cookie": settings.LANGUAGE_COOKIE_NAME,
        "language_lasts": time_span(A_YEAR),
        "theme_cookie": settings.THEME_COOKIE_NAME,
        "theme_lasts": time_span(A_YEAR),
        "recent_cookie": settings.RECENT_COOKIE_NAME,
        "keys_cookie": settings.KEYS_COOKIE_NAME,
        "keys_lasts": time_span(A_YEAR),
    }
    terms = {name: house.in_words(house.SETTINGS[key], house.value(key)) for name, key in TERMS}
    contact = house.text("portal.contact")
    return _text(request, "privacy", contact=contact, terms=terms, **limits, **cookies)


@login_not_required
@require_safe
@kept
def help_page(request: PortalRequest) -> HttpResponse:
    """The questions and answers; with `?q=`, those that hold all its words."""
    query = " ".join(request.GET.get("q", "").replace("\0", " ")[:LONGEST_QUERY].split())
    context: dict[str, Any] = {"query": query, "contact": house.text("portal.contact")}
    context |= _extracurricular(request) | {"sso": _sso()}
    context["house"] = house.names()
    sections = _sections(query, context)
    context |= {
        "sections": sections,
        "count": sum(len(section.topics) for section in sections),
        "reviewed_on": REVIEWED_ON,
    }
    template = "pages/help.html#topics" if request.htmx else "pages/help.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _sections(query: str, context: dict[str, Any]) -> list[Section]:
    """The sections with the topics that answer `query`, all of them without one."""
    words = _words(query)
    sections = [
        Section(
            gettext(title),
            [topic for slug in topics if (topic := _topic(slug, context)).holds(words)],
        )
        for title, topics in HELP.items()
    ]
    return [section for section in sections if section.topics]


def _topic(slug: str, context: dict[str, Any]) -> Topic:
    """The answer as the office has worded it, or as it comes."""
    if own := answers.own(slug):
        return Topic(slug, fill(own.question), answers.as_html(own.text, context))
    file = f"pages/help_topics.{get_language()}.html"
    return Topic(slug, gettext(QUESTIONS[slug]), render_to_string(f"{file}#{slug}", context))


def _words(query: str) -> list[str]:
    """What to look for: without small words and endings, so that “grades” finds “grade”."""
    return [word[: max(4, len(word) - 2)] for word in read_query(query)]
