"""The office's forms about people, and the choice on the page of coordinators."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any, cast

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.boundfield import BoundWidget
from django.utils import timezone
from django.utils.translation import get_language

from accounts.forms.signing_in import PASSWORD_HINT
from accounts.models import FACULTY_ROLES, Invitation, Membership, Role, User
from accounts.services.memberships import Grant
from courses.models import Faculty, Programme, University
from courses.wording import gettext_lazy as _
from courses.wording import pgettext_lazy


class CoordinatorFilter(forms.Form):
    """Faculty and programme by their address; what is unknown is left out, never an error."""

    use_required_attribute = False

    faculty = forms.ChoiceField(label=_("Faculty"), required=False)
    programme = forms.ChoiceField(label=_("Programme"), required=False)

    def __init__(
        self, data: Any, *, faculties: Iterable[Faculty], programmes: list[Programme]
    ) -> None:
        self._faculties = {one.code.lower(): one for one in faculties}
        self._programmes = {str(one.pk): one for one in programmes}
        programme = self._programmes.get(data.get("programme", ""))
        faculty = self._faculties.get(data.get("faculty", "").lower())
        if faculty and programme and programme.faculty_id != faculty.pk:
            programme = None  # another faculty was chosen after the programme
        self._chosen = (programme.faculty if programme else faculty, programme)
        shown = {
            "faculty": self._chosen[0].code.lower() if self._chosen[0] else "",
            "programme": str(programme.pk) if programme else "",
        }
        super().__init__(initial=shown, auto_id="%s")
        faculty_field = cast("forms.ChoiceField", self.fields["faculty"])
        faculty_field.choices = [
            ("", _("All faculties")),
            *((code, one.name) for code, one in self._faculties.items()),
        ]
        ordered = sorted(programmes, key=lambda one: (one.faculty.name, str(one)))
        if self._chosen[0]:
            ordered = [one for one in ordered if one.faculty_id == self._chosen[0].pk]
        programme_field = cast("forms.ChoiceField", self.fields["programme"])
        programme_field.choices = [
            ("", _("All programmes")),
            *(
                (name, [(str(one.pk), str(one)) for one in group])
                for name, group in groupby(ordered, key=lambda one: one.faculty.name)
            ),
        ]

    def chosen(self) -> tuple[Faculty | None, Programme | None]:
        """What to show; a programme brings its faculty."""
        return self._chosen


def by_name(faculties: QuerySet[Faculty]) -> QuerySet[Faculty]:
    """In the alphabet of the reader's language."""
    return faculties.order_by("name_en" if (get_language() or "").startswith("en") else "name_nl")


class DayField(forms.DateField):
    """A day, in the browser's own calendar."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": _("Give a day, such as 2027-04-14.")})
        super().__init__(**kwargs)


class RoleForm(forms.Form):
    """A role with its scope and days; each rule of the database speaks at its field."""

    use_required_attribute = False

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label[:1].upper() + role.label[1:]) for role in Role],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )
    faculty = forms.ModelChoiceField(
        Faculty.objects.none(),
        label=_("Faculty"),
        empty_label=_("No faculty"),
        error_messages={"required": _("Choose the faculty of this role.")},
        help_text=_("An honours coordinator without a faculty is of the {honours}, for all."),
    )
    programmes = forms.ModelMultipleChoiceField(
        Programme.objects.none(),
        label=_("Only these programmes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none for the whole faculty."),
    )
    university = forms.ModelChoiceField(
        University.objects.none(),
        label=_("Partner university"),
        empty_label=_("No university"),
        error_messages={"required": _("Choose the university they work for.")},
    )
    starts_on = DayField(label=_("From"), help_text=_("The first day."))
    ends_on = DayField(
        label=_("Until"), required=False, help_text=_("The last day. Empty: until further notice.")
    )
    is_listed = forms.BooleanField(
        label=_("Show name and e-mail address to students, on “Your coordinators”"),
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]  # in the reader's language
            (role.value, str(role.label)[:1].upper() + str(role.label)[1:]) for role in Role
        ]
        asked = self.data.get("role") if self.is_bound else None
        self.fields["faculty"].required = not self.is_bound or asked in FACULTY_ROLES
        self.fields["university"].required = not self.is_bound or asked == Role.PARTNER
        cast("Any", self.fields["faculty"]).queryset = by_name(Faculty.objects.visible_to(by))
        cast("Any", self.fields["university"]).queryset = (
            University.objects.visible_to(by).filter(is_home=False).order_by("name")
        )
        programmes = cast("forms.ModelMultipleChoiceField[Programme]", self.fields["programmes"])
        ordered = Programme.objects.visible_to(by).select_related("faculty")
        programmes.queryset = ordered.order_by("faculty__name_nl", "name_nl", "level")
        self.fields["starts_on"].initial = timezone.localdate

    def programme_groups(self) -> list[tuple[str, list[BoundWidget], bool]]:
        """The boxes by faculty: its name, its boxes, and whether one of them is ticked."""
        field = self["programmes"]
        faculty = {one.pk: one.faculty.name for one in cast("Any", field.field).queryset}
        pairs = ((faculty[box.data["value"].value], box) for box in field.subwidgets)
        boxes = sorted(pairs, key=lambda pair: pair[0])
        groups = [
            (name, [box for _name, box in group])
            for name, group in groupby(boxes, key=lambda pair: pair[0])
        ]
        return [
            (name, widgets, any(box.data["selected"] for box in widgets))
            for name, widgets in groups
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        role, faculty, university = data.get("role"), data.get("faculty"), data.get("university")
        if role and faculty and role not in {*FACULTY_ROLES, Role.HONOURS}:
            self.add_error("faculty", _("This role is for all faculties: choose “No faculty”."))
        if role and university and role != Role.PARTNER:
            self.add_error(
                "university", _("Only a partner contact belongs to one: choose “No university”.")
            )
        self._clean_programmes(role, faculty, data.get("programmes") or [])
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day must be on or after the first day."))
        elif ends_on and ends_on < timezone.localdate():
            self.add_error("ends_on", _("The last day has passed. Choose today or later."))
        return data

    def _clean_programmes(
        self, role: str | None, faculty: Faculty | None, programmes: Iterable[Programme]
    ) -> None:
        if role and programmes and role != Role.COORDINATOR:
            self.add_error("programmes", _("Only exchange coordinators have programmes."))
        elif faculty and any(one.faculty_id != faculty.pk for one in programmes):
            self.add_error("programmes", _("Tick only programmes of the faculty you chose."))

    def grant(self) -> Grant:
        """What to give."""
        data = self.cleaned_data
        return Grant(
            role=data["role"],
            faculty=data["faculty"],
            university=data["university"],
            programmes=tuple(data["programmes"]),
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            is_listed=data["is_listed"],
        )


class InviteForm(RoleForm):
    """Somebody new, and their first role."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("At the university; the invitation goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give the e-mail address of the person you invite.")},
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give the name of the person you invite.")},
    )
    language = forms.ChoiceField(
        label=_("Language of our e-mails"), choices=User.Language, widget=forms.RadioSelect
    )

    field_order = ["email", "name", "language"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class MembershipForm(forms.Form):
    """What can change of a role that somebody has."""

    use_required_attribute = False

    ends_on = RoleForm.base_fields["ends_on"]
    is_listed = RoleForm.base_fields["is_listed"]

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        self.membership = membership
        kwargs["initial"] = {"ends_on": membership.ends_on, "is_listed": membership.is_listed}
        super().__init__(*args, **kwargs)

    def clean_ends_on(self) -> Any:
        ends_on = self.cleaned_data["ends_on"]
        if ends_on and ends_on < max(self.membership.starts_on, timezone.localdate()):
            raise ValidationError(
                _("Choose today or later, and not before the first day. To end it now, use “End”.")
            )
        return ends_on


class AcceptForm(forms.Form):
    """Taking up an invitation: the name as people should see it, and a password."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        help_text=_("As colleagues and students may see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        self.invitation = invitation
        kwargs["initial"] = {"name": invitation.name}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if password := data.get("password"):
            person = User(email=self.invitation.email, name=data.get("name", ""))
            try:
                password_validation.validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class PeopleFilter(forms.Form):
    """The list of people by name, role and scope; what is not understood is left out."""

    use_required_attribute = False

    STATES = (
        ("", _("Everybody")),
        ("staff", _("With a role")),
        ("students", _("Students")),
        ("none", _("Without a role")),
        ("ended", _("Role ended")),
        ("closed", _("Account closed")),
    )
    SORTS = (
        ("", _("name")),
        ("seen", _("last sign-in")),
        ("new", _("newest account")),
    )

    q = forms.CharField(
        label=_("Name or e-mail address"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=[("", _("All roles")), *Role.choices], required=False
    )
    faculty = forms.ModelChoiceField(
        Faculty.objects.none(),
        label=_("Faculty"),
        to_field_name="code",
        required=False,
        empty_label=_("All faculties"),
    )
    university = forms.ModelChoiceField(
        University.objects.none(),
        label=_("University"),
        to_field_name="code",
        required=False,
        empty_label=pgettext_lazy("filter", "All universities"),
    )
    sort = forms.ChoiceField(label=_("Order by"), choices=SORTS, required=False)
    state = forms.ChoiceField(choices=STATES, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("Any", self.fields["faculty"]).queryset = by_name(Faculty.objects.visible_to(by))
        universities = University.objects.visible_to(by).order_by("code")
        cast("Any", self.fields["university"]).queryset = universities

    def filters(self) -> dict[str, Any]:
        """What was asked and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
