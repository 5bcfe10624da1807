"""The rules in words, for the student to whom they apply: each is said here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import get_language

from courses.counting import request_in_words, why_request
from courses.models.course import Assessment
from courses.wording import gettext as _
from courses.wording import ngettext
from enrolments.models.enrolment import Kind, Purpose
from enrolments.rulebook import Answer, Permission, Refusal, RequestType

if TYPE_CHECKING:
    from courses.models import Course, University
    from enrolments.models import Enrolment


class Line(NamedTuple):
    """One rule: what it is about, what it says, and why or what to do."""

    about: str
    says: str
    more: str = ""


def refusal_in_words(refusal: Refusal) -> str:
    """The rule, for the student to whom it applies."""
    return {
        Refusal.NO_EXTRACURRICULAR: _(
            "Your faculty does not register courses as extracurricular. Choose another way to count"
            " it, or ask your exchange coordinator."
        ),
        Refusal.NOT_FOR_HONOURS: _(
            "This course cannot count for the honours programme. Choose another way to count it."
        ),
        Refusal.NOT_IN_HONOURS: _(
            "Only students in the honours programme can choose this. Are you one? Say so in your"
            " profile."
        ),
    }[refusal]


def permission_line(answer: Answer) -> Line:
    """Whose permission, and how long it takes."""
    days = ngettext(
        "It decides within one working day.",
        "It decides within %(days)s working days.",
        answer.board_days,
    ) % {"days": answer.board_days}
    says, more = {
        Permission.BOARD: (_("The Board of Examiners of your programme, before you start"), days),
        Permission.HONOURS: (
            _("Your honours coordinator"),
            _("This takes the place of the Board’s permission; you need not ask separately."),
        ),
        Permission.RECOMMENDED: (
            _("Not required"),
            _("Asking the Board of Examiners first is wise all the same."),
        ),
        Permission.NONE: (_("Not required"), ""),
    }[answer.permission]
    return Line(_("Permission"), says, more)


def request_line(request: RequestType) -> Line:
    """What the student asks for in uSis when the course is passed."""
    says = request_in_words(request)
    return Line(_("After you have passed"), says[:1].upper() + says[1:], why_request(request))


def exam_line(assessment: Assessment | str | None) -> Line:
    """Whether there is an exam, and where."""
    about = _("Exam")
    match assessment:
        case Assessment.EXAM | Assessment.BOTH:
            return Line(about, _("In {city}"), _("It may fall outside your own exam weeks."))
        case Assessment.ASSIGNMENT:
            return Line(about, _("None: you finish with an assignment"))
        case _:
            return Line(about, _("Not known yet"), _("If there is one, you sit it in {city}."))


def cap_lines(answer: Answer, host: University) -> list[Line]:
    """The most credits a student may take, in all and at this host."""
    caps = (
        (answer.credit_cap, _("Of all {portal} courses together.")),
        (answer.host_cap, _("Of courses of %(host)s together.") % {"host": host.local_name}),
    )
    return [
        Line(_("Most credits"), _("%(ec)s EC") % {"ec": ec(cap)}, where)
        for cap, where in caps
        if cap is not None
    ]


def ec(number: Decimal) -> str:
    """Credits without needless zeros."""
    return number_format(number.normalize() if number % 1 else int(number))


def consent_in_words(answer: Answer, host: University) -> str:
    """Why consent is asked; empty when it is not."""
    if not answer.needs_consent:
        return ""
    return _(
        "European privacy law does not protect you in %(country)s. So %(host)s gets your data only"
        " if you consent, in your application."
    ) % {"country": host.country_name, "host": host.local_name}


def conditions_of(host_rules: dict[str, object]) -> tuple[str, str]:
    """The host's own conditions and, where they are not in the reader's language, their own."""
    mine = (get_language() or "nl")[:2]
    for language in (mine, "en" if mine == "nl" else "nl"):
        if text := str(host_rules.get(f"conditions_{language}") or "").strip():
            return text, "" if language == mine else language
    return "", ""


def verdict(purpose: str, answer: Answer) -> str:
    """The answer in one line."""
    if not answer.allowed:
        return _("No, not like this")
    so = {
        Purpose.ELECTIVE: _("Yes, as an elective"),
        Purpose.MINOR: _("Yes, inside your minor"),
        Purpose.EXTRACURRICULAR: _("Yes, on top of your programme"),
        Purpose.HONOURS: _("Yes, for the honours programme"),
    }[Purpose(purpose)]
    if answer.permission == Permission.BOARD:
        return _("%(yes)s, with permission first") % {"yes": so}
    return so


def lines(answer: Answer, course: Course, assessment: Assessment | str | None) -> list[Line]:
    """What follows from an answer that allows it."""
    return [
        permission_line(answer),
        request_line(answer.request),
        exam_line(assessment),
        *cap_lines(answer, course.university),
    ]


class Way(NamedTuple):
    """One way to count, as a student can or cannot choose it."""

    value: str
    label: str
    lines: list[Line]
    refused: str  # why not; empty when it can be chosen


def ways(answers: dict[str, Answer]) -> list[Way]:
    """What the rules say for each purpose, before one is chosen."""
    return [
        Way(
            value,
            str(Purpose(value).label),
            [permission_line(answer), request_line(answer.request)] if answer.allowed else [],
            refusal_in_words(answer.refusal) if answer.refusal else "",
        )
        for value, answer in answers.items()
    ]


def changes(before: Answer, now: Answer, words: Iterable[int]) -> list[str]:
    """Which answers of the rules are other ones now, each with what holds now."""
    said = []
    if before.refusal != now.refusal:
        said.append(
            refusal_in_words(now.refusal)
            if now.refusal
            else _("This way to count is possible now.")
        )
    if before.permission != now.permission:
        line = permission_line(now)
        said.append(_("Permission: %(says)s.") % {"says": line.says})
    if before.request != now.request:
        said.append(request_line(now.request).says)
    if before.needs_consent != now.needs_consent:
        said.append(
            _("Your consent to sharing data is needed now.")
            if now.needs_consent
            else _("Your consent to sharing data is no longer needed.")
        )
    for cap, earlier in ((now.credit_cap, before.credit_cap), (now.host_cap, before.host_cap)):
        if cap != earlier:
            said.append(
                _("There is no limit to your credits any more.")
                if cap is None
                else _("You may take %(ec)s EC at most.") % {"ec": ec(cap)}
            )
    first, second = words
    if first != second:
        said.append(_("Your motivation needs at least %(words)s words now.") % {"words": second})
    return said


class Shared(NamedTuple):
    """One data item that the host gets, its value, and what the host does with it."""

    name: str
    value: str
    use: str


def shared_items(case: Enrolment, items: Iterable[str]) -> list[Shared]:
    """The data of `case` (with its student and programme) that goes to the host, item by item."""
    of_level = case.get_level_display()
    known = {
        "name": Shared(_("Name"), str(case.student), _("To know you, and for your transcript.")),
        "email": Shared(
            _("E-mail"), case.student.email, _("To give you access and to write to you.")
        ),
        "student_number": Shared(
            _("Student number"), case.student_number, _("To tell you apart from others.")
        ),
        "home_university": Shared(
            _("Home university"), str(case.home_university), _("To know where you study.")
        ),
        "programme": Shared(
            _("Programme"),
            f"{case.programme_title} ({of_level})" if not case.programme else str(case.programme),
            _("To see whether you meet the entry requirements."),
        ),
        "year": Shared(
            _("Year of study"), str(case.year), _("To see whether you meet the entry requirements.")
        ),
    }
    return [known[item] for item in items]


def receiver(case: Enrolment) -> str:
    """Who gets the data: the host, or ourselves for a course of our own."""
    if case.kind == Kind.OUTGOING:
        return case.edition.course.university.local_name
    return _("the teachers of this course in {city}")
