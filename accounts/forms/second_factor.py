"""allauth's forms for the second factor, in our words."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base import forms as base_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts.forms.signing_in import OurForm


class CodeForm(OurForm, base_forms.AuthenticateForm):  # type: ignore[misc]
    labels = {"code": _("Code")}
    hints = {"code": _("Six digits from your app, or one of your recovery codes.")}


class ConfirmCodeForm(OurForm, base_forms.ReauthenticateForm):  # type: ignore[misc]
    labels = {"code": _("Code")}
    hints = {"code": _("Six digits from your app, or one of your recovery codes.")}


class FirstCodeForm(OurForm, totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    labels = {"code": _("Code from the app")}
    hints = {"code": _("Six digits. There is a new code every 30 seconds.")}


class NewPasskeyForm(OurForm, webauthn_forms.AddWebAuthnForm):  # type: ignore[misc]
    labels = {"name": _("Name of the passkey"), "passwordless": _("Sign in without a password")}
    hints = {
        "name": _("So that you know which is which: “phone”, “laptop”."),
        "passwordless": _("Your device then asks for a fingerprint, your face or a PIN."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(MaxLengthValidator(100))
        self.fields["passwordless"].initial = True
        self.initial.pop("name", None)


class PasskeyNameForm(OurForm, webauthn_forms.EditWebAuthnForm):  # type: ignore[misc]
    labels = {"name": _("Name of the passkey")}
