"""What a report is narrowed to, from its address; what is unknown is left out, never an error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.people import DayField
from courses.models import Programme
from courses.models.edition import first_year_of
from enrolments.forms.desk import capitals
from enrolments.models import Purpose
from enrolments.models.enrolment import Kind
from enrolments.queue import choices as known_choices
from enrolments.scopes import scopes_of
from vx_portal.reports import periods
from vx_portal.reports.grouping import DIMENSIONS, OTHERS, TIMES
from vx_portal.reports.periods import Period

if TYPE_CHECKING:
    from accounts.models import User
    from vx_portal.reports.registry import Report
    from vx_portal.reports.tables import Words

NARROWING = ("faculty", "partner", "level", "purpose")


@dataclass(frozen=True)
class Filters:
    """What was chosen: a period, per what, and which cases."""

    period: Period
    per: str = ""
    faculty: int | None = None
    partner: int | None = None
    level: str = ""
    purpose: str = ""
    step: str = ""
    query: dict[str, Any] = field(default_factory=dict)  # as it stands in the address

    def of_cases(self, path: str = "") -> Q:
        """The condition on the case at `path`."""
        wanted = Q()
        if self.faculty:
            wanted &= Q(**{f"{path}faculty": self.faculty})
        if self.level:
            wanted &= Q(**{f"{path}level": self.level})
        if self.purpose:
            wanted &= Q(**{f"{path}purpose": self.purpose})
        if self.partner:
            incoming = Q(**{f"{path}kind": Kind.INCOMING})
            host = Q(**{f"{path}edition__course__university": self.partner})
            home = Q(**{f"{path}home_university": self.partner})
            wanted &= (incoming & home) | (~incoming & host)
        return wanted

    @property
    def is_narrow(self) -> bool:
        """Whether some cases only are asked for."""
        return any(getattr(self, name) for name in NARROWING)

    @property
    def address(self) -> str:
        """The query of the address, with its question mark."""
        return f"?{urlencode(self.query)}" if self.query else ""


class ReportFilter(forms.Form):
    """The filter of a report: the fields that it takes and that leave a choice to this reader."""

    use_required_attribute = False

    per = forms.ChoiceField(label=_("Counted"), required=False)
    step = forms.ChoiceField(label=_("Step, per faculty or host"), required=False)
    period = forms.ChoiceField(label=_("Period"), required=False)
    starts_on = DayField(label=_("From"), required=False)
    ends_on = DayField(label=_("Until"), required=False)
    faculty = forms.ChoiceField(label=_("Faculty"), required=False)
    partner = forms.ChoiceField(label=_("Partner university"), required=False)
    level = forms.ChoiceField(label=_("Level of the programme"), required=False)
    purpose = forms.ChoiceField(label=_("How it counts"), required=False)

    def __init__(self, data: Any, *, report: Report, by: User) -> None:
        self.report, self.today = report, timezone.localdate()
        exactly = report.exactly_for(by)
        # Twelve months up to today would be others each day, and the difference tell of one case.
        usual = report.period if exactly or not report.has_period else "this-year"
        self.usual = _name(usual, self.today)
        super().__init__(self._with_period(data), auto_id="id_%s")
        known, scopes = known_choices(), scopes_of(by)
        sees_all = scopes.reads_all or scopes.is_exams or scopes.all_honours
        own = scopes.coordinates_faculties | scopes.honours_faculties | scopes.administers
        own |= {p.faculty_id for p in known.programmes if p.pk in scopes.coordinates_programmes}
        faculties = [one for one in known.faculties if sees_all or one.pk in own]
        hosts = known.hosts
        if scopes.partner_of and not own and not sees_all:
            hosts = [one for one in hosts if one.pk in scopes.partner_of]
        per: dict[str, Words] = {name: one.per for name, one in DIMENSIONS.items()}
        per |= {name: words[1] for name, words in TIMES.items()}
        per |= {name: words[1] for name, words in OTHERS.items()}
        self._offer("per", [(name, per[name]) for name in report.per])
        self._offer("step", report.steps)
        if report.has_period:
            self._offer("period", periods.choices(self.today, own_days=exactly))
        self._offer("faculty", [("", _("All faculties")), *((f.pk, f.name) for f in faculties)])
        self._offer("partner", [("", _("All universities")), *((h.pk, str(h)) for h in hosts)])
        self._offer("level", [("", _("All levels")), *capitals(Programme.Level.choices)])
        self._offer("purpose", [("", _("All ways")), *capitals(Purpose.choices)])
        taken = set(report.narrows) if exactly else set()
        dropped = set(NARROWING) - taken
        least = {"per": 2, "step": 2, "faculty": 3, "partner": 3}  # with “all” among them
        dropped |= {name for name, few in least.items() if len(self._choices(name)) < few}
        if not report.has_period:
            dropped |= {"period", "starts_on", "ends_on"}
        elif not exactly:
            dropped |= {"starts_on", "ends_on"}
        for name in dropped:
            del self.fields[name]

    def _choices(self, name: str) -> list[tuple[str, Any]]:
        return list(self.fields[name].choices)  # type: ignore[attr-defined]

    def _with_period(self, data: Any) -> dict[str, Any]:
        """`data` with the period that is meant, so that the field shows it."""
        asked = {name: data.get(name, "") for name in self.base_fields}
        if not asked["period"]:
            days = asked["starts_on"] or asked["ends_on"]
            asked["period"] = periods.OWN_DAYS if days else self.usual
        return asked

    def _offer(self, name: str, pairs: Iterable[tuple[Any, Any]]) -> None:
        self.fields[name].choices = [(str(key), words) for key, words in pairs]  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """What is asked for and makes sense."""
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        numbers = {name: int(asked[name]) for name in ("faculty", "partner") if name in asked}
        days = asked.get("starts_on"), asked.get("ends_on")
        return Filters(
            period=periods.period_of(asked.get("period", self.usual), self.today, *days),
            per=asked.get("per", self.report.per[0] if self.report.per else ""),
            faculty=numbers.get("faculty"),
            partner=numbers.get("partner"),
            level=asked.get("level", ""),
            purpose=asked.get("purpose", ""),
            step=asked.get("step", ""),
            query={name: str(asked[name]) for name in self.fields if name in asked},
        )


def _name(period: str, today: date) -> str:
    """`this-year` is the academic year of today."""
    return periods.year_name(first_year_of(today)) if period == "this-year" else period
