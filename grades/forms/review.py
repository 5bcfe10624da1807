"""The result of a transcript, as printed and as it is to be recorded; why one comes back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from accounts.forms.people import DayField
from courses.wording import gettext as _
from courses.wording import gettext_lazy
from enrolments.models import Enrolment
from exams.models import Attendance, Seat
from grades.dutch import GradeError, Recorded, in_words, understood
from grades.models import Result, Transcript
from grades.reading import values
from grades.reading.comparing import Check
from grades.services.verifying import Statement
from grades.suggesting import looks_failed

# Which field of the form a found value belongs to, and the key that takes it over.
FIELD_OF = {
    "grade": "grade_printed",
    "credits": "credits_printed",
    "title": "title_printed",
    "code": "code_printed",
    "date": "dated_on",
}
SAT = (Attendance.PRESENT, Attendance.LATE, Attendance.LEFT_EARLY)
KEY_OF = {"grade": "g", "credits": "c", "title": "t", "code": "o", "date": "d"}


class RecordedField(forms.CharField):
    """A grade on Leiden's scale, or V or O. Cleans to `Recorded`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=5, widget=forms.TextInput(attrs={"class": "short"}), **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return understood(text)
        except GradeError as error:
            raise ValidationError(str(error)) from None


class ReviewForm(forms.Form):
    """What a person takes from the transcript. Nothing is filled in that nobody has looked at."""

    use_required_attribute = False

    grade_printed = forms.CharField(
        label=gettext_lazy("Grade as printed"),
        max_length=40,
        error_messages={"required": gettext_lazy("Type the grade as it is printed.")},
    )
    recorded = RecordedField(
        label=gettext_lazy("Result to record"),
        help_text=gettext_lazy("A Dutch grade, such as 7.5; or V (pass) or O (fail)."),
        error_messages={"required": gettext_lazy("Say what is to be recorded: a grade, V or O.")},
    )
    passed_all_the_same = forms.BooleanField(
        label=gettext_lazy("The student passed, though this grade looks like a fail"),
        required=False,
    )
    credits_printed = forms.CharField(
        label=gettext_lazy("Credits as printed"),
        max_length=40,
        error_messages={"required": gettext_lazy("Type the credits as they are printed.")},
    )
    ec = forms.DecimalField(
        label=gettext_lazy("Credits to record (EC)"),
        max_digits=3,
        decimal_places=1,
        localize=True,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "decimal"}),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("These credits are right, though the course has others here"),
        required=False,
    )
    title_printed = forms.CharField(
        label=gettext_lazy("Course title as printed"),
        max_length=200,
        help_text=gettext_lazy("Word for word: it goes into {system} like this."),
        error_messages={"required": gettext_lazy("Type the title word for word.")},
    )
    code_printed = forms.CharField(
        label=gettext_lazy("Course code as printed"), max_length=40, required=False
    )
    dated_on = DayField(label=gettext_lazy("Date of the result"))
    exam_on = DayField(label=gettext_lazy("Exam date"), required=False)
    attempt = forms.ChoiceField(label=gettext_lazy("Attempt"), choices=Result.Attempt.choices)
    scale = forms.CharField(label=gettext_lazy("Grade scale"), max_length=120, required=False)
    credit_system = forms.CharField(
        label=gettext_lazy("Credit system"), max_length=60, required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Why the result is corrected"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The student reads it. The result before stays in the history."),
        error_messages={"required": gettext_lazy("Say why the result is corrected.")},
    )

    def __init__(
        self, *args: Any, transcript: Transcript, before: Result | None, **kwargs: Any
    ) -> None:
        self.edition = transcript.enrolment.edition
        self._looks_failed = False
        super().__init__(*args, **kwargs)
        if before is None:
            del self.fields["reason"]

    @property
    def asks_if_sure(self) -> bool:
        """Whether the credits are others than the course's, so that a tick must say so."""
        return self.is_bound and ("ec" in self.errors or bool(self.data.get("sure")))

    @property
    def asks_if_passed(self) -> bool:
        """Whether a pass is recorded for what looks like a fail, so that a tick must say so."""
        name = "passed_all_the_same"
        return self.is_bound and (self._looks_failed or bool(self.data.get(name)))

    def clean_dated_on(self) -> Any:
        day = self.cleaned_data["dated_on"]
        if day < self.edition.starts_on:
            raise ValidationError(
                _("This lies before the course began, on %(day)s. Look at the transcript again.")
                % {"day": date_format(self.edition.starts_on, "DATE_FORMAT")}
            )
        if day > timezone.localdate():
            raise ValidationError(_("This day has yet to come."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if why := self._why_no_exam(data.get("exam_on"), data.get("dated_on")):
            self.add_error("exam_on", why)
        ec, known = data.get("ec"), self.edition.course.ec
        if ec is not None and not 0 < ec < 60:
            self.add_error("ec", _("A course has more than 0 and less than 60 EC."))
        elif ec is not None and known is not None and ec != known and not data.get("sure"):
            self.add_error(
                "ec",
                _("The course has %(known)s EC here. Tick below that these are right.")
                % {"known": in_words(known)},
            )
        recorded, printed = data.get("recorded"), data.get("grade_printed", "")
        if recorded and recorded.passed:
            self._looks_failed = looks_failed(self.edition.course.university_id, printed)
        if self._looks_failed and not data.get("passed_all_the_same"):
            self.add_error(
                "recorded",
                _("“%(printed)s” looks like a fail. Tick below that the student passed.")
                % {"printed": printed},
            )
        return data

    def _why_no_exam(self, day: date | None, dated_on: date | None) -> str:
        if day is None:
            return ""
        if day < self.edition.starts_on:
            return _("The exam lies before the course began.")
        if day > timezone.localdate():
            return _("This day has yet to come.")
        if dated_on is not None and day > dated_on:
            return _("The exam lies after the date of the result.")
        return ""

    def statement(self) -> Statement:
        """What a service records. Only of a valid form."""
        said = dict(self.cleaned_data)
        for name in ("sure", "passed_all_the_same", "reason"):
            said.pop(name, None)
        return Statement(**said)


def initial_of(transcript: Transcript, before: Result | None) -> dict[str, Any]:
    """What the case knows already; of a correction, the result as it was."""
    edition = transcript.enrolment.edition
    course = edition.course
    if before is not None and before.transcript_id == transcript.pk:
        names = [*FIELD_OF.values(), "exam_on", "attempt", "scale", "credit_system", "ec"]
        recorded = Recorded(before.grade, before.mark)
        return {
            **{name: getattr(before, name) for name in names},
            "recorded": recorded.mark or in_words(recorded.grade),
        }
    return {
        "ec": in_words(course.ec),
        **sat(transcript.enrolment),
        "scale": course.university.grade_scale,
        "credit_system": course.university.credit_system,
    }


def sat(case: Enrolment) -> dict[str, Any]:
    """The attempt that the student sat last, and its day; without one what the edition plans."""
    seat = (
        Seat.objects.filter(enrolment=case, attendance__in=SAT)
        .standing()
        .select_related("sitting__exam")
        .order_by("-starts_at")
        .first()
    )
    if seat is None:
        return {"exam_on": case.edition.exam_on, "attempt": Result.Attempt.FIRST}
    is_first = seat.sitting.exam.attempt == 1
    attempt = Result.Attempt.FIRST if is_first else Result.Attempt.RESIT
    return {"exam_on": timezone.localdate(seat.starts_at), "attempt": attempt}


def taken_over(checks: list[Check], wanted: str) -> dict[str, Any]:
    """The found values that a person takes over with one click: one by its name, or `all`.

    A value that differs from what was expected is taken only by its own name.
    """
    taken: dict[str, Any] = {}
    for check in checks:
        if check.field not in FIELD_OF or check.found is None:
            continue
        if wanted not in {"all", check.field} or (wanted == "all" and check.is_trouble):
            continue
        text: Any = check.found.text
        taken[FIELD_OF[check.field]] = values.date_in(text) if check.field == "date" else text
    return taken


class ReturnForm(forms.Form):
    """Why a transcript goes back; its student reads it."""

    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Why it goes back"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("The student reads it as you write it, and sends another one."),
        error_messages={"required": gettext_lazy("Write what the student should read.")},
    )
