"""The office's form over one setting: what it holds says which fields there are."""

from __future__ import annotations

import base64
from typing import Any, cast

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.house import Kind, Setting, in_words
from paperwork import colours, limited
from paperwork.refusals import refused

LONGEST = 200  # characters of a line
MORE_ROWS = 3  # empty ones, for what is added
MOST_ROWS = 60
LONGEST_CLOSED = 92  # days of one row
LARGEST = 1024 * 1024  # bytes of a logo
SALT = "paperwork.logo"
LANGUAGES = {"nl": gettext_lazy("%(label)s, in Dutch"), "en": gettext_lazy("%(label)s, in English")}


class LogoField(forms.FileField):
    """A picture to choose; cleans to what a setting keeps of it, None when none was chosen."""

    def clean(self, data: Any, initial: Any = None) -> dict[str, Any] | None:
        file = super().clean(data, initial)
        if not file:
            return None
        if file.size > LARGEST:
            raise ValidationError(_("The logo is larger than 1 MB. Make it smaller."))
        said = limited.read_upload("logo", file)
        if said.refusal:
            raise ValidationError(str(refused(said.refusal)))
        return {**said.found, "png": base64.b64encode(said.content).decode()}


class SettingForm(forms.Form):
    """A new value, and why; `seen` is the version that whoever types has before them."""

    use_required_attribute = False

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    why = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Stands in the history beside your name."),
    )

    def __init__(self, *args: Any, setting: Setting, value: Any, seen: int, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": seen, **self._initial(setting, value)}
        super().__init__(*args, **kwargs)
        self.setting = setting
        self.value = value
        self.newest = seen
        self.rows = range(0)
        self.fields = {**self._fields(setting), **self.fields}

    def _fields(self, setting: Setting) -> dict[str, forms.Field]:
        needed, label = not setting.optional, str(setting.label)
        match setting.kind:
            case Kind.NUMBER:
                bounds = {"least": setting.least, "most": setting.most}
                field: forms.Field = forms.IntegerField(
                    label=label,
                    min_value=setting.least,
                    max_value=setting.most,
                    help_text=_("From %(least)s to %(most)s.") % bounds,
                )
            case Kind.BOTH:
                return {f"value_{one}": _line(one, label, needed=needed) for one in LANGUAGES}
            case Kind.COLOURS:
                return {"value_brand": _colour(_("Brand")), "value_signal": _colour(_("Signal"))}
            case Kind.LOGO:
                token = forms.CharField(widget=forms.HiddenInput, required=False)
                field = LogoField(
                    label=label,
                    required=False,
                    help_text=_("At most 1 MB and 16 million pixels."),
                    widget=forms.FileInput,
                )
                return {"value": field, "kept": token}
            case Kind.DAYS:
                return self._rows()
            case Kind.EMAIL:
                field = forms.EmailField(label=label, required=needed)
            case Kind.ADDRESS:
                field = forms.URLField(label=label, required=needed)
            case _:
                field = forms.CharField(label=label, max_length=LONGEST, required=needed)
        return {"value": field}

    @staticmethod
    def typed(setting: Setting, value: Any) -> dict[str, Any]:
        """What somebody would have typed for `value`, as a file has it."""
        if setting.kind == Kind.DAYS and isinstance(value, list):
            names = ("first", "last", "nl", "en")
            return {
                f"{name}_{row}": said
                for row, one in enumerate(value)
                for name, said in zip(names, one, strict=False)
            }
        if isinstance(value, dict):
            return {f"value_{name}": said for name, said in value.items()}
        return {"value": value}

    def _rows(self) -> dict[str, forms.Field]:
        """Those there are, as the page showed them, and some that are empty."""
        shown = sum(name.startswith("first_") for name in self.data) if self.is_bound else 0
        self.rows = range(min(shown or len(self.value) + MORE_ROWS, MOST_ROWS))
        return {name: field for row in self.rows for name, field in _days(row).items()}

    @property
    def day_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each row of days."""
        return [[self[name] for name in _days(row)] for row in self.rows]

    def _check_days(self, data: dict[str, Any]) -> None:
        """A row without any day goes; what else is missing or turned about is refused there."""
        for row in self.rows:
            first, last = data.get(f"first_{row}"), data.get(f"last_{row}")
            if not (first or last):
                continue
            for name in (f"first_{row}", f"nl_{row}", f"en_{row}"):
                if not data.get(name):
                    self.add_error(name, _("Fill this in, or leave both days empty."))
            if first and last and last < first:
                self.add_error(f"last_{row}", _("The last day is before the first."))
            elif first and last and (last - first).days >= LONGEST_CLOSED:
                words = _("At most %(n)s days in one row.") % {"n": LONGEST_CLOSED}
                self.add_error(f"last_{row}", words)

    @staticmethod
    def _initial(setting: Setting, value: Any) -> dict[str, Any]:
        if setting.kind == Kind.DAYS:
            return {
                f"{name}_{row}": said
                for row, one in enumerate(value)
                for name, said in one._asdict().items()
            }
        if setting.kind in (Kind.BOTH, Kind.COLOURS):
            return {f"value_{name}": said for name, said in value.items()}
        return {"value": value}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        if self.setting.kind == Kind.LOGO:
            self._find_logo(data)
        elif self.setting.kind == Kind.DAYS:
            self._check_days(data)
        elif self.setting.kind == Kind.COLOURS:
            for refusal in colours.refusals(colours.Colours(**self.stored())):
                self.add_error(None, refusal)
        if not self.errors and self.setting.load(self.stored()) == self.value:
            raise ValidationError(_("That is what it is already."))
        return data

    def _find_logo(self, data: dict[str, Any]) -> None:
        """The picture that was chosen now, or the one that the page before this one showed."""
        if data.get("value") is None:
            try:
                data["value"] = signing.loads(data.get("kept", ""), salt=SALT, max_age=86400)
            except signing.BadSignature:
                self.add_error("value", _("Choose a picture."))

    def keep(self) -> None:
        """Let the logo that was chosen come back with the next page."""
        data = cast(QueryDict, self.data).copy()
        data["kept"] = signing.dumps(self.stored(), salt=SALT)
        self.data = data

    @property
    def is_seen_first(self) -> bool:
        """Whether it is shown before it is saved."""
        return self.setting.kind in (Kind.COLOURS, Kind.LOGO)

    def is_stale(self) -> bool:
        """Whether another version has come since who typed this saw the page."""
        if self.is_bound and "seen" not in self.errors:
            return bool(self.cleaned_data["seen"] != self.newest)
        return False

    def stored(self) -> Any:
        """What was typed, as a row keeps it."""
        data = self.cleaned_data
        if self.setting.kind == Kind.DAYS:
            found = [
                (first, data[f"last_{row}"] or first, data[f"nl_{row}"], data[f"en_{row}"])
                for row in self.rows
                if (first := data[f"first_{row}"])
            ]
            return [[a.isoformat(), b.isoformat(), nl, en] for a, b, nl, en in sorted(found)]
        if self.setting.kind in (Kind.BOTH, Kind.COLOURS):
            names = [name for name in self.fields if name.startswith("value_")]
            said = {name.removeprefix("value_"): data[name] for name in names}
            return (
                said if self.setting.kind == Kind.BOTH else {k: v.upper() for k, v in said.items()}
            )
        return data["value"]

    def in_words(self) -> str:
        """What was typed, as people read it."""
        return in_words(self.setting, self.setting.load(self.stored()))


def _line(language: str, label: str, *, needed: bool) -> forms.CharField:
    return forms.CharField(
        label=LANGUAGES[language] % {"label": label},
        max_length=LONGEST,
        required=needed,
        widget=forms.TextInput(attrs={"lang": language}),
    )


def _days(row: int) -> dict[str, forms.Field]:
    """The fields of one row of days."""
    day: dict[str, Any] = {
        "widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        "required": False,
    }
    return {
        f"first_{row}": forms.DateField(label=_("First day"), **day),
        f"last_{row}": forms.DateField(
            label=_("Last day"), help_text=_("Empty: that day alone."), **day
        ),
        f"nl_{row}": _line("nl", _("Name"), needed=False),
        f"en_{row}": _line("en", _("Name"), needed=False),
    }


def _colour(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=7,
        validators=[
            RegexValidator(
                r"^#[0-9A-Fa-f]{6}\Z",
                _("Six digits or letters from A to F after a #, such as #001158."),
            )
        ],
        widget=forms.TextInput(attrs={"type": "color"}),
    )


class BackForm(forms.Form):
    """An earlier version to put back (0: what holds until anybody sets it)."""

    number = forms.IntegerField(min_value=0)
    seen = forms.IntegerField(min_value=0)
