"""The form in which a host, or who acts for it, fixes an exam."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from accounts.models import User
from courses.forms.edition import validate_year
from courses.models import Edition
from courses.wording import gettext as _
from courses.wording import gettext_lazy
from exams.forms.moments import which_field
from exams.models import Exam, Held, Mode
from exams.models.exam import FIRST_ATTEMPT
from exams.moments import MomentError, TwiceError, Which, leiden, on_clock, resolve
from exams.opening import Open, longest

HOST, OURS = "host", "leiden"
# Which of two moments: for which day and time.
WHICH = {
    "which": ("on", "at"),
    "until_which": ("until_on", "until_at"),
    "paper_which": ("paper_on", "paper_at"),
}
LATEST = timedelta(days=400)  # after the course's end no exam belongs to it any more


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, validators=[validate_year], **more)


def _clock(label: Any, **more: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, widget=widget, **more)


class FixForm(forms.Form):
    """When, how long, of what kind, and what students may bring."""

    use_required_attribute = False

    mode = forms.ChoiceField(
        label=gettext_lazy("How the moment is fixed"),
        choices=Mode,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how the moment is fixed.")},
    )
    clock = forms.ChoiceField(
        label=gettext_lazy("On whose clock"),
        help_text=gettext_lazy("“The same local time” is always on the clock of {city} itself."),
    )
    on = _day(gettext_lazy("Date, or the first day of the period"))
    at = _clock(gettext_lazy("Time"))
    which = which_field()
    until_on = _day(gettext_lazy("Last day of the period"), required=False)
    until_at = _clock(gettext_lazy("Over by"), required=False)
    until_which = which_field()
    minutes = forms.IntegerField(
        label=gettext_lazy("Length in minutes"),
        min_value=10,
        max_value=600,
        help_text=gettext_lazy("Without extra exam time."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of exam"), choices=Edition.ExamKind)
    held = forms.ChoiceField(
        label=gettext_lazy("Where"),
        choices=Held,
        help_text=gettext_lazy("At home: our paper goes out to the home universities."),
    )
    one_room = forms.BooleanField(
        label=gettext_lazy("All students in one room"),
        required=False,
        help_text=gettext_lazy(
            "But who has a room of their own. Otherwise we may take several rooms."
        ),
    )
    resit = forms.ChoiceField(
        label=gettext_lazy("Is there a resit"),
        choices=[("", "–"), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        required=False,
    )
    materials = forms.CharField(
        label=gettext_lazy("What a student may use"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Such as: a calculator without memory, one sheet of notes."),
    )
    instructions = forms.CharField(
        label=gettext_lazy("Instructions"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("For students and invigilators, in your own words."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of these texts"), choices=User.Language
    )
    contact_name = forms.CharField(
        label=gettext_lazy("Contact during the exam"),
        max_length=150,
        help_text=gettext_lazy("Somebody who can answer a question at that very hour."),
    )
    contact_phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    contact_email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    paper_on = _day(gettext_lazy("The paper is here by"), required=False)
    paper_at = _clock(
        gettext_lazy("At (time in {city})"),
        required=False,
        help_text=gettext_lazy("Left empty: the end of that day."),
    )
    paper_which = which_field()
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        edition: Edition,
        attempt: int,
        exam: Exam | None = None,
        openings: Sequence[Open] = (),
    ) -> None:
        self.edition, self.attempt, self.exam, self.openings = edition, attempt, exam, openings
        self.zone = ZoneInfo(edition.course.university.time_zone)
        super().__init__(data, initial=self._initial())
        host = edition.course.university
        self.fields["clock"].choices = [  # type: ignore[attr-defined]
            (HOST, _("of %(university)s") % {"university": host.local_name}),
            (OURS, _("of {city}")),
        ]
        if self.zone.key == str(leiden()):
            del self.fields["clock"]
        if not host.is_home:
            del self.fields["held"]
        if attempt != FIRST_ATTEMPT:
            del self.fields["resit"]
        for name in WHICH:  # rarely needed: only when it was asked for
            if not (self.data.get(name) or self.initial.get(name)) and not self._comes_twice(name):
                self.fields[name].widget = forms.HiddenInput()

    def _initial(self) -> dict[str, Any]:
        edition, exam = self.edition, self.exam
        if exam is None:
            expected = edition.exam_on if self.attempt == FIRST_ATTEMPT else edition.resit_on
            resit = {True: "yes", False: "no", None: ""}[edition.resit_offered]
            language = "nl" if edition.course.language == "nl" else "en"
            return {
                "clock": HOST,
                "on": expected,
                "kind": edition.exam_kind,
                "held": Held.HOME if edition.course.university.is_home else Held.LEIDEN,
                "resit": resit,
                "language": language,
                "seen": "",
            }
        known: dict[str, Any] = {
            name: getattr(exam, name)
            for name in (
                *("mode", "minutes", "kind", "held", "one_room"),
                *("materials", "instructions", "language"),
                *("contact_name", "contact_phone", "contact_email"),
            )
        }
        zone = leiden() if exam.mode == Mode.LOCAL else self.zone
        known["clock"] = HOST
        known["on"], known["at"], known["which"] = on_clock(exam.earliest_at, zone)
        if exam.window_until is not None:
            end = on_clock(exam.window_until, zone)
            known["until_on"], known["until_at"], known["until_which"] = end
        if exam.paper_due_at is not None:
            due = on_clock(exam.paper_due_at, leiden())
            known["paper_on"], known["paper_at"], known["paper_which"] = due
        known["resit"] = {True: "yes", False: "no", None: ""}[edition.resit_offered]
        return known | {"seen": exam.changed_at.isoformat()}

    def _comes_twice(self, name: str) -> bool:
        """Whether what was typed is a time that comes twice: then it is asked which."""
        if not self.is_bound:
            return False
        day, clock = WHICH[name]
        try:
            typed_day = self.fields[day].clean(self.data.get(day))
            typed_clock = self.fields[clock].clean(self.data.get(clock))
            if typed_day and typed_clock:
                resolve(typed_day, typed_clock, self._zone_of(name))
        except TwiceError:
            return True
        except (MomentError, forms.ValidationError):
            pass
        return False

    def _zone_of(self, name: str) -> tzinfo:
        """On whose clock the time beside a field was typed."""
        if name == "paper_which":
            return leiden()
        return self._zone(self.data.get("mode"), self.data)

    def _zone(self, mode: Any, data: Any) -> tzinfo:
        return leiden() if mode == Mode.LOCAL or data.get("clock") == OURS else self.zone

    # --- checking -------------------------------------------------------------------------------
    def clean(self) -> None:
        """Make moments of what was typed, and say at the field what cannot be."""
        said = self.cleaned_data
        mode, zone = said.get("mode"), self._zone(said.get("mode"), said)
        self.begins = self._moment("on", "at", "which", zone)
        self.over_by: datetime | None = None
        if mode == Mode.WINDOW:
            for name in ("until_on", "until_at"):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, _("Say until when the period lasts."))
            self.over_by = self._moment("until_on", "until_at", "until_which", zone)
        self._check_moment(mode)
        self._check_length(said)
        self._check_paper(said)
        if not said.get("contact_phone") and not said.get("contact_email"):
            for name in ("contact_phone", "contact_email"):
                if name in self.errors:
                    return
            self.add_error("contact_phone", _("Give a telephone number or an e-mail address."))

    def _moment(self, day: str, clock: str, which: str, zone: tzinfo) -> datetime | None:
        said = self.cleaned_data
        if not said.get(day) or not said.get(clock):
            return None
        try:
            return resolve(said[day], said[clock], zone, said.get(which, ""))
        except TwiceError as error:
            self.add_error(which, str(error))
        except MomentError as error:
            self.add_error(clock, str(error))
        return None

    def _check_moment(self, mode: Any) -> None:
        begins, over_by, now = self.begins, self.over_by, timezone.now()
        if begins is None:
            return
        moved = self.exam is None or begins != self.exam.earliest_at
        last = begins if mode != Mode.WINDOW else over_by
        if mode == Mode.WINDOW and over_by is not None and over_by <= begins:
            self.add_error("until_on", _("The period must end after it begins."))
        elif last is not None and last <= now and moved:
            over = _("This period is over.") if mode == Mode.WINDOW else _("This moment is over.")
            self.add_error("until_on" if mode == Mode.WINDOW else "on", over)
        elif begins.astimezone(leiden()).date() < self.edition.starts_on:
            self.add_error("on", _("The course has not begun then: check the date."))
        elif begins.astimezone(leiden()).date() > self.edition.ends_on + LATEST:
            self.add_error("on", _("This is more than a year after the course: check the date."))

    def _check_length(self, said: dict[str, Any]) -> None:
        minutes, begins, over_by = said.get("minutes"), self.begins, self.over_by
        if minutes is None:
            return
        length = timedelta(minutes=minutes)
        if begins and over_by and begins < over_by and over_by - begins < length:
            self.add_error("minutes", _("The period is shorter than the exam."))
        most = longest(said.get("kind", ""), self.openings)
        here = said.get("held", Held.LEIDEN) == Held.LEIDEN
        if here and most is not None and minutes > most:
            self.add_error(
                "minutes",
                _("No room in {city} is open that long for such an exam: at most %(n)s minutes.")
                % {"n": most},
            )

    def _check_paper(self, said: dict[str, Any]) -> None:
        self.paper_due: datetime | None = None
        day, clock = said.get("paper_on"), said.get("paper_at")
        if day is None:
            if clock is not None:
                self.add_error("paper_on", _("Give the day too."))
            return
        said["paper_at"] = clock or time(23, 59)
        self.paper_due = self._moment("paper_on", "paper_at", "paper_which", leiden())
        if self.begins and self.paper_due and self.paper_due >= self.begins:
            self.add_error("paper_on", _("The paper must be here before the exam begins."))

    # --- what it says ---------------------------------------------------------------------------
    def facts(self) -> dict[str, Any]:
        """The exam's fields, of a valid form."""
        said = self.cleaned_data
        mode, is_local = said["mode"], said["mode"] == Mode.LOCAL
        is_window = mode == Mode.WINDOW
        return {
            "mode": mode,
            "held": said.get("held", Held.LEIDEN),
            "starts_at": None if is_window else self.begins,
            "local_date": said["on"] if is_local else None,
            "local_time": said["at"] if is_local else None,
            "is_second_hour": is_local and said["which"] == Which.SECOND,
            "window_from": self.begins if is_window else None,
            "window_until": self.over_by,
            "paper_due_at": self.paper_due,
            **{
                name: said[name]
                for name in (
                    *("minutes", "kind", "one_room", "materials", "instructions", "language"),
                    *("contact_name", "contact_phone", "contact_email"),
                )
            },
        }

    def resit_offered(self) -> bool | None:
        """What was said of a resit; None when nothing was, or this is one."""
        return {"yes": True, "no": False}.get(self.cleaned_data.get("resit", ""))

    def seen_again(self, stored: Exam | None) -> None:
        """Let the next save go over `stored`, which whoever typed this is shown now."""
        self.data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        seen = stored.changed_at.isoformat() if stored else ""
        self.data["seen"] = seen  # type: ignore[index]

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields below headings, in order."""
        parts = [
            (_("When"), "mode clock on at which until_on until_at until_which minutes"),
            (_("What kind"), "kind held one_room resit"),
            (_("What students and invigilators read"), "materials instructions language"),
            (_("On the day"), "contact_name contact_phone contact_email"),
            (_("The exam paper"), "paper_on paper_at paper_which"),
        ]
        return [
            (label, [self[n] for n in names.split() if n in self.fields and not self[n].is_hidden])
            for label, names in parts
        ]


def expected_on(edition: Edition, attempt: int) -> date | None:
    """The day on which the office expects this attempt."""
    return edition.exam_on if attempt == FIRST_ATTEMPT else edition.resit_on
