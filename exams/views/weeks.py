"""When our students have exams of their own, for those who arrange exams."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses.models import Faculty
from exams import gates
from exams.forms.weeks import ExamWeekForm
from exams.models import ExamWeek
from exams.services import weeks as services
from exams.views.rooms import may_write, refuse_readers
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.READERS)
def weeks(request: PortalRequest) -> HttpResponse:
    """The exam weeks to come, the first one first; and noting one."""
    refuse_readers(request)
    faculties = Faculty.objects.visible_to(request.user).prefetch_related("programmes")
    form = ExamWeekForm(
        request.POST if request.method == "POST" else None,
        faculties=faculties,
        of=request.GET.get("of", ""),
    )
    if form.is_valid():
        of, first, last = form.week()
        if services.add(of, first, last, by=current_user(request)):
            messages.success(request, _("The exam week is noted. The planner shows whom it hits."))
        else:
            messages.info(request, _("These days are noted already."))
        return redirect("exams:weeks")
    rows = ExamWeek.objects.visible_to(request.user).filter(last__gte=timezone.localdate())
    page = Paginator(rows.select_related("faculty", "programme__faculty"), PAGE)
    context = {
        "page_obj": page.get_page(request.GET.get("page")),
        "form": form,
        "may_write": may_write(request),
    }
    status = 422 if form.is_bound else 200
    return render(request, "exams/weeks.html", context, status=status)


@require_POST
@needs_role(*gates.ARRANGERS)
def remove_week(request: PortalRequest, pk: int) -> HttpResponse:
    week = get_object_or_404(ExamWeek.objects.visible_to(request.user), pk=pk)
    services.remove(week, by=current_user(request))
    messages.success(request, _("This exam week is taken off."))
    return redirect("exams:weeks")
