"""Lists from uSis: brought, laid beside what was sent, and what came of them."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from courses.imports.reading import UnreadableError
from courses.models import Faculty
from courses.wording import gettext as _
from courses.wording import gettext_lazy, ngettext
from grades import usis_lists
from grades.models import UsisList
from grades.services import reconciling
from grades.services.registration_actions import ActionError
from grades.views.batches import READERS
from vx_portal.http import PortalRequest, current_user, needs_role

SHOWN = 50


class UsisForm(forms.Form):
    """The file, and of which faculty it is."""

    use_required_attribute = False

    faculty = forms.ChoiceField(label=gettext_lazy("Faculty"))
    file = forms.FileField(
        label=gettext_lazy("List from {system} (CSV or Excel)"),
        help_text=gettext_lazy(
            "With the columns student_number, ec and result; type, title, code, reference and date"
            " are compared or kept where the list has them."
        ),
        error_messages={"required": gettext_lazy("Choose a file.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, *args: object, faculties: list[Faculty]) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["faculty"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), one.name) for one in faculties
        ]
        if len(faculties) == 1:
            self.fields["faculty"].widget = forms.HiddenInput()
            self.fields["faculty"].initial = str(faculties[0].pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*READERS)
def lists(request: PortalRequest) -> HttpResponse:
    """The lists brought so far, and the form for another."""
    user = current_user(request)
    faculties = reconciling.faculties_of(user)
    sent = request.method == "POST" and bool(faculties)
    form = UsisForm(request.POST, request.FILES, faculties=faculties) if sent else None
    status = 200
    if form is not None and form.is_valid():
        faculty = next(one for one in faculties if str(one.pk) == form.cleaned_data["faculty"])
        file = form.cleaned_data["file"]
        try:
            rows = usis_lists.rows_of(file.name, file.read())
            brought = reconciling.bring(faculty, file.name, rows, by=user)
        except (UnreadableError, ActionError) as problem:
            form.add_error("file", str(problem))
        else:
            words = ngettext(
                "%(n)s registration recorded with this list.",
                "%(n)s registrations recorded with this list.",
                brought.recorded,
            )
            messages.success(request, words % {"n": brought.recorded})
            for line, why in brought.refused[:10]:
                messages.warning(request, _("Line %(line)s: %(why)s") % {"line": line, "why": why})
            return redirect("registrations:usis-list", brought.usis_list.pk)
    if form is not None:
        status = 422
    seen = UsisList.objects.visible_to(user).select_related("faculty", "brought_by")[:SHOWN]
    context = {
        "lists": seen,
        "form": form or (UsisForm(faculties=faculties) if faculties else None),
    }
    return render(request, "grades/registrations/usis.html", context, status=status)


@require_safe
@needs_role(*READERS)
def usis_list(request: PortalRequest, pk: int) -> HttpResponse:
    """What came of one list."""
    rows = UsisList.objects.visible_to(request.user).select_related("faculty", "brought_by")
    found = get_object_or_404(rows, pk=pk)
    summary = reconciling.summary(found)
    context = {
        "list": found,
        **summary,
        "differ": [
            (row, [reconciling.difference_in_words(one) for one in row.differences])
            for row in summary["differ"]
        ],
    }
    return render(request, "grades/registrations/usis_list.html", context)
