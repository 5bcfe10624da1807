"""Forms about universities and the e-mail domains of their students."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.forms.choices import country_choices, zone_choices
from courses.forms.course import date_input, set_choices
from courses.forms.curated import CuratedForm
from courses.forms.edition import MOST_ROWS, Rows
from courses.models import EmailDomain, University

PAIRS = ("name", "about", "transcript")


class UniversityForm(CuratedForm):
    """Everything that is said of a university."""

    rules = {
        "university_one_is_home": "is_home",
        "university_line_colour_known": "line_colour",
        "university_participation_in_order": "participating_until",
        "university_rate_positive": "ec_per_credit",
    }

    class Meta:
        model = University
        fields = [
            "code",
            "name",
            "name_nl",
            "name_en",
            "city",
            "city_nl",
            "country",
            "time_zone",
            "line_colour",
            "website",
            "about_nl",
            "about_en",
            "grade_scale",
            "credit_system",
            "ec_per_credit",
            "credit_note",
            "transcript_nl",
            "transcript_en",
            "contact_name",
            "contact_email",
            "participating_from",
            "participating_until",
            "source",
            "confirmed_on",
        ]
        localized_fields = ["ec_per_credit"]
        widgets = {
            "ec_per_credit": forms.TextInput(attrs={"inputmode": "decimal", "size": 8}),
            "participating_from": date_input(),
            "participating_until": date_input(),
            "confirmed_on": date_input(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PAIRS:
            for language in ("nl", "en"):
                widget = self.fields[f"{name}_{language}"].widget
                widget.attrs["lang"] = language
                if name != "name":
                    widget.attrs["rows"] = 5
        set_choices(self, "country", country_choices())
        self.fields["country"].help_text = ""  # chosen by name here
        set_choices(self, "time_zone", zone_choices(self.instance.time_zone))
        # Its addresses would break: the code is fixed once it has courses.
        self.fields["code"].disabled = bool(self.instance.pk and self.instance.courses.exists())

    def pairs(self) -> Iterator[tuple[BoundField, BoundField]]:
        """The texts, Dutch and English side by side."""
        for name in PAIRS:
            yield self[f"{name}_nl"], self[f"{name}_en"]

    def row_values(self) -> dict[str, object]:
        """The fields, and the e-mail domains as one text."""
        values = super().row_values()
        if self.instance.pk:
            values["email_domains"] = ", ".join(str(row) for row in domains_of(self.instance))
        return values

    def words(self, name: str) -> tuple[str, str]:
        """The e-mail domains have no field of their own."""
        if name == "email_domains":
            return _("E-mail domains"), self.shown[name] or _("empty")
        return super().words(name)


def domains_of(university: University) -> list[EmailDomain]:
    """The e-mail domains of its students."""
    return list(university.email_domains.all()) if university.pk else []


class DomainInput(forms.TextInput):
    """Takes a domain as people write it: @Student.UQ.edu.au."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value.strip().lower().removeprefix("@") if isinstance(value, str) else value


class DomainForm(forms.ModelForm):  # type: ignore[type-arg]  # no brackets at run time
    """One e-mail domain; `DomainRows` looks for doubles."""

    use_required_attribute = False

    class Meta:
        model = EmailDomain
        fields = ["domain"]
        widgets = {"domain": DomainInput(attrs={"autocapitalize": "none", "size": 30})}
        help_texts = {"domain": ""}  # said once, above the rows

    def validate_unique(self) -> None:
        """The rows replace the stored ones: `DomainRows` looks at those of others."""


class BaseDomainRows(Rows):
    """The domains of one university; no other one may have them."""

    university: University | None = None

    def clean(self) -> None:
        """Each domain once, and of one university only."""
        seen: set[str] = set()
        for form in self.forms:
            domain = form.cleaned_data.get("domain", "") if hasattr(form, "cleaned_data") else ""
            if not domain or form.cleaned_data.get("DELETE"):
                continue
            others = EmailDomain.objects.filter(domain=domain)
            if self.university and self.university.pk:
                others = others.exclude(university=self.university)
            if other := others.select_related("university").first():
                form.add_error(
                    "domain",
                    _("These addresses belong to %(university)s already.")
                    % {"university": other.university},
                )
            elif domain in seen:
                form.add_error("domain", _("This domain stands here twice."))
            seen.add(domain)


DomainRows = cast(
    "type[BaseDomainRows]",
    forms.formset_factory(
        DomainForm,
        formset=BaseDomainRows,
        can_delete=True,
        max_num=MOST_ROWS,
        absolute_max=MOST_ROWS,
    ),
)


class UniversityFilter(forms.Form):
    """The filter above the list of universities."""

    STATES = [
        ("", gettext_lazy("all of them")),
        ("now", gettext_lazy("taking part now")),
        ("ending", gettext_lazy("ending soon")),
        ("past", gettext_lazy("no longer taking part")),
    ]

    use_required_attribute = False

    q = forms.CharField(
        label=gettext_lazy("Search"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    taking_part = forms.ChoiceField(
        label=gettext_lazy("Taking part"), choices=STATES, required=False
    )
