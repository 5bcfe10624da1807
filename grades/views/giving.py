"""What sending transcripts has in common for a host with an account and one that has a link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grades.forms.giving import ManyForm
from grades.services import sending
from vx_portal.http import PortalRequest


def send(request: PortalRequest, form: ManyForm, by: sending.Giver) -> None:
    """Take in what a valid `form` has, and say what became of each file."""
    outcome = sending.send_many(form.cleaned_data["papers"], by=by)
    refused = [sending.Sent(name, None, why) for name, why in form.fields["papers"].refused]  # type: ignore[attr-defined]
    say(request, [*outcome, *refused])


def settle(request: PortalRequest, by: sending.Giver) -> None:
    """Give the files to the students whom the request names, and say so."""
    chosen = {
        name.removeprefix("file-"): value
        for name, value in request.POST.items()
        if name.startswith("file-") and isinstance(value, str)
    }
    outcome = sending.settle(chosen, by=by)
    if not outcome:
        messages.info(request, _("Choose a student for at least one file."))
    say(request, outcome)


def page_of(by: sending.Giver) -> dict[str, Any]:
    """Whose transcripts `by` may send, which wait, and the files that wait for their student."""
    known = sending.with_newest(sending.students_of(by))
    return {
        "unsettled": sending.unsettled(by),
        "students": known,
        "waiting": sending.waiting_of(known),
    }


def say(request: PortalRequest, outcome: list[sending.Sent]) -> None:
    """What became of each file, in messages."""
    given = [one for one in outcome if one.case is not None and not one.why]
    if given:
        text = ngettext(
            "The transcript of %(names)s is kept. The student is told.",
            "%(number)d transcripts are kept, of %(names)s. The students are told.",
            len(given),
        )
        names = ", ".join(str(one.case.student) for one in given if one.case)
        messages.success(request, text % {"number": len(given), "names": names})
    if number := sum(one.case is None and not one.why for one in outcome):
        text = ngettext(
            "Of %(number)d file we do not know whose it is: say so below.",
            "Of %(number)d files we do not know whose they are: say so below.",
            number,
        )
        messages.warning(request, text % {"number": number})
    for one in outcome:
        if one.why:
            messages.info(request, f"{one.name}: {one.why}")
