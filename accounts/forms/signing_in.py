"""allauth's forms in our words. What they check is allauth's, but for who may sign up."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.accounts import forget_unverified, university_of_email
from courses.models import University

PASSWORD_HINT = _("At least 12 characters. A sentence is easier to remember than a word.")


class OurForm(forms.Form):
    """No placeholders, no `required` attributes: the portal's own way with fields."""

    use_required_attribute = False
    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class SignInForm(OurForm, allauth_forms.LoginForm):  # type: ignore[misc]
    labels = {"login": _("E-mail address"), "password": _("Password")}


class SignUpForm(OurForm, allauth_forms.SignupForm):  # type: ignore[misc]
    labels = {
        "email": _("E-mail address of your university"),
        "password1": _("Password"),
        "password2": _("The same password again"),
    }
    hints = {
        "email": _("The one you have as a student. We send a code to it."),
        "password1": PASSWORD_HINT,
    }

    def universities(self) -> QuerySet[University]:
        """Whose students may sign up, for the page to name."""
        taking_part = University.objects.participating().filter(email_domains__isnull=False)
        return taking_part.distinct().prefetch_related("email_domains")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if university_of_email(email) is None:
            raise forms.ValidationError(
                _(
                    "This address does not belong to students of a participating university. Use"
                    " the address your university gave you. The list is below."
                )
            )
        return str(super().clean_email())

    def validate_unique_email(self, value: str) -> str:
        forget_unverified(value)
        return str(super().validate_unique_email(value))

    def try_save(self, request: HttpRequest) -> tuple[User | None, Any]:
        if self.account_already_exists:  # takes as long as making one would
            User().set_password(self.cleaned_data["password1"])
        user, response = super().try_save(request)
        return user, response


class NewEmailForm(OurForm, allauth_forms.AddEmailForm):  # type: ignore[misc]
    labels = {"email": _("Another e-mail address")}
    hints = {"email": _("We send a code to it.")}


class NewPasswordForm(OurForm, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    labels = {
        "oldpassword": _("Your password now"),
        "password1": _("New password"),
        "password2": _("The same password again"),
    }
    hints = {"password1": PASSWORD_HINT}


class FirstPasswordForm(OurForm, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    labels = {"password1": _("Password"), "password2": _("The same password again")}
    hints = {"password1": PASSWORD_HINT}


class ForgottenPasswordForm(OurForm, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    labels = {"email": _("E-mail address")}


class ResetPasswordForm(OurForm, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    labels = {"password1": _("New password"), "password2": _("The same password again")}
    hints = {"password1": PASSWORD_HINT}


class ConfirmPasswordForm(OurForm, allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    labels = {"password": _("Password")}


class EmailCodeForm(OurForm, allauth_forms.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    labels = {"code": _("Code")}
    hints = {"code": _("From our e-mail. Capitals and the dash do not matter.")}
