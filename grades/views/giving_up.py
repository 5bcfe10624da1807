"""No transcript comes: recorded with a reason, and taken back."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from enrolments.models import Enrolment
from enrolments.services.actions import ActionError, StaleError
from grades.models import NoTranscript
from grades.people import verifier_role
from grades.services import giving_up
from grades.views.review import READERS
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role


class WhyForm(forms.Form):
    """Why none comes; its student reads it."""

    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Why no transcript comes"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "The student reads it. Nobody is reminded of this transcript any more."
        ),
        error_messages={"required": gettext_lazy("Write what the student should read.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*READERS)
def give_up(request: PortalRequest, reference: str) -> HttpResponse:
    """Say it, with a reason; said already, take it back."""
    user = current_user(request)
    rows = Enrolment.objects.visible_to(user).for_desk(user).exclude(student=user)
    rows = rows.select_related("student", "edition__course__university", "faculty", "programme")
    case = get_object_or_404(rows, reference=reference.upper())
    if not verifier_role(user, case):
        raise WrongRoleError(Role.HONOURS if case.is_honours else Role.COORDINATOR)
    none = NoTranscript.objects.visible_to(user).filter(enrolment=case).first()
    form = WhyForm(request.POST if request.method == "POST" and none is None else None)
    status, said = 200, ""
    try:
        if request.method == "POST" and none is not None:
            giving_up.expect_again(case, by=user)
            messages.success(request, _("A transcript is awaited again."))
            return redirect("desk:case", case.reference)
        if form.is_valid():
            giving_up.give_up(case, by=user, reason=form.cleaned_data["reason"])
            messages.success(request, _("Recorded. The student is told."))
            return redirect("review:awaited")
    except StaleError as refusal:
        status, said = 409, str(refusal)
    except ActionError as refusal:
        form.add_error("reason", str(refusal))
    context = {
        "case": case,
        "course": case.edition.course,
        "university": case.edition.course.university,
        "form": form,
        "none": none,
        "said": said,
    }
    status = 422 if status == 200 and form.errors else status
    return render(request, "grades/review/none.html", context, status=status)
