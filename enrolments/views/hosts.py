"""The office's page of host universities, and the links that it sends them."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.models import University
from enrolments import hosts as listing
from enrolments.forms.host import HostFilter, HostLinkForm
from enrolments.models import HostLink
from enrolments.services import hosting, telling
from vx_portal.http import PortalRequest, current_user, needs_role, roles_of

PAGE = 25


@require_safe
@needs_role("office", "auditor")
def hosts(request: PortalRequest) -> HttpResponse:
    form = HostFilter(request.GET)
    filters = form.filters()
    page = Paginator(listing.hosts(filters), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "filters": filters,
        "narrowed": "q" in filters,
        "page_obj": page,
        "hosts": listing.with_ways(list(page.object_list), request.user),
        "may_write": "office" in roles_of(request.user),
        "views": HostFilter.LABELS.items(),
    }
    return render(request, "enrolments/hosts/hosts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def send(request: PortalRequest, pk: int) -> HttpResponse:
    """To whom and in which language; sent, the mail is on its way."""
    user = current_user(request)
    rows = University.objects.visible_to(user).filter(is_home=False)
    university = get_object_or_404(rows, pk=pk)
    initial = {
        "email": university.contact_email,
        "language": telling.language_of(university),
    }
    form = HostLinkForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        link = hosting.send_link(university, by=user, **form.cleaned_data)
        messages.success(request, _("The link has been sent to %(email)s.") % {"email": link.email})
        return redirect("hosts:hosts")
    return render(
        request,
        "enrolments/hosts/send.html",
        {"university": university, "form": form},
        status=422 if form.is_bound else 200,
    )


@require_POST
@needs_role("office")
def revoke(request: PortalRequest, pk: int) -> HttpResponse:
    """The link stops working."""
    link = get_object_or_404(HostLink.objects.visible_to(request.user), pk=pk)
    if hosting.revoke(link, by=current_user(request)):
        messages.success(request, _("The link no longer works."))
    else:
        messages.info(request, _("This link was revoked already."))
    return redirect("hosts:hosts")
