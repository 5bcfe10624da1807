"""Forms about editions: their dates, places and exam, and the live sessions in rows below."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.forms.course import date_input
from courses.forms.curated import CuratedForm, short_blanks
from courses.models import Edition, LiveSession

MOST_ROWS = 20
FIRST_YEAR, LAST_YEAR = 2000, 2100


def validate_year(value: date) -> None:
    """Refuse what can only be a slip of the keyboard."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise forms.ValidationError(_("Check the year of this date."))


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]  # no brackets at run time
    """One weekly session on the host's clock."""

    use_required_attribute = False

    class Meta:
        model = LiveSession
        fields = ["weekday", "starts_at", "ends_at", "required"]
        widgets = {
            "starts_at": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "ends_at": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        short_blanks(self)

    def clean(self) -> None:
        """Say at the field that the session would end before it starts."""
        starts, ends = self.cleaned_data.get("starts_at"), self.cleaned_data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The session must end after it starts."))

    def validate_constraints(self) -> None:
        """Said by `clean`, at the field."""


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]  # no brackets at run time
    """Rows that belong to a form and replace the stored ones; a row left empty is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.extra = len(self.initial or []) + 1

    def initial_form_count(self) -> int:
        """None: every row may be left empty or emptied."""
        return 0

    def kept(self) -> list[dict[str, Any]]:
        """What each row to be kept says."""
        return [
            {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
            for form in self.forms
            if form.has_changed() and not form.cleaned_data.get("DELETE")
        ]


def one_more_row(data: QueryDict, prefix: str) -> QueryDict:
    """The same post with one more empty row."""
    more = data.copy()
    count = data.get(f"{prefix}-TOTAL_FORMS", "")
    rows = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    more[f"{prefix}-TOTAL_FORMS"] = str(min(rows + 1, MOST_ROWS))
    return more


SessionRows = cast(
    "type[Rows]",
    forms.formset_factory(
        SessionForm, formset=Rows, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS
    ),
)


class EditionForm(CuratedForm):
    """One run of a course."""

    rules = {
        "edition_starts_once": "starts_on",
        "edition_period_known": "period",
        "edition_assessment_known": "assessment",
        "edition_exam_kind_known": "exam_kind",
        "edition_ends_after_start": "ends_on",
        "edition_applications_in_order": "applications_close_on",
        "edition_applications_close_before_end": "applications_close_on",
        "edition_withdraw_before_end": "withdraw_until",
        "edition_exam_after_start": "exam_on",
        "edition_resit_after_exam": "resit_on",
        "edition_no_exam_with_assignment": "assessment",
        "edition_places_hold": "places",
    }

    class Meta:
        model = Edition
        fields = [
            "period",
            "host_period",
            "starts_on",
            "ends_on",
            "applications_open_on",
            "applications_close_on",
            "withdraw_until",
            "places",
            "assessment",
            "exam_kind",
            "exam_on",
            "resit_offered",
            "resit_on",
            "is_demo",
        ]
        widgets = {
            "starts_on": date_input(),
            "ends_on": date_input(),
            "applications_open_on": date_input(),
            "applications_close_on": date_input(),
            "withdraw_until": date_input(),
            "exam_on": date_input(),
            "resit_on": date_input(),
            "places": forms.NumberInput(attrs={"min": 0, "size": 6}),
        }
        error_messages = {
            "period": {"required": gettext_lazy("Choose the period.")},
            "starts_on": {"required": gettext_lazy("Give the day on which the course starts.")},
            "ends_on": {"required": gettext_lazy("Give the day on which the course ends.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.validators.append(validate_year)

    def row_values(self) -> dict[str, object]:
        """The fields, and the live sessions as one text."""
        values = super().row_values()
        if self.instance.pk:
            values["live_sessions"] = ";".join(
                f"{session.weekday} {session.starts_at} {session.ends_at} {session.required}"
                for session in self.instance.live_sessions.all()
            )
        return values

    def words(self, name: str) -> tuple[str, str]:
        """The live sessions have no field of their own."""
        if name != "live_sessions":
            return super().words(name)
        sessions = [
            f"{session} – {session.ends_at:%H:%M}" for session in self.instance.live_sessions.all()
        ]
        return _("Live sessions"), ", ".join(sessions) or _("empty")

    def clean_places(self) -> int | None:
        """More places cannot be taken than there are."""
        places: int | None = self.cleaned_data["places"]
        if places is not None and places < self.instance.taken:
            raise forms.ValidationError(
                _("%(taken)s places are taken already: give at least that many.")
                % {"taken": self.instance.taken}
            )
        return places


def session_values(sessions: list[LiveSession]) -> list[dict[str, Any]]:
    """What the rows show of stored sessions."""
    return [
        {
            "weekday": session.weekday,
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "required": session.required,
        }
        for session in sessions
    ]
