"""A page with a form that takes a file, as the owning apps have them: for the tests alone."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import path
from django.views.decorators.http import require_http_methods

from paperwork.forms.files import KeepsFiles, PdfField, UploadField
from paperwork.refusals import FileRefusedError
from paperwork.services.files import keep
from vx_portal.http import PortalRequest, current_user
from vx_portal.urls import (
    handler400,
    handler403,
    handler404,
    handler500,
)
from vx_portal.urls import urlpatterns as portal

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

PAGE = """{% extends "base.html" %}{% block main %}<div class="wrap narrow stack">
{% include "parts/form_errors.html" %}<h1>Giving</h1>
<form method="post" enctype="multipart/form-data" novalidate>{% csrf_token %}{{ form }}
<div class="actions"><button class="btn">Send</button></div></form></div>{% endblock main %}"""


class GivingForm(KeepsFiles, forms.Form):
    use_required_attribute = False

    words = forms.CharField(label="Words", min_length=5)
    letter = PdfField(label="Letter")
    picture = UploadField(label="Picture", required=False)


class ForgetfulForm(forms.Form):
    """Checks files and does not keep them."""

    letter = PdfField(label="Letter")


@require_http_methods(["GET", "POST"])
def give(request: PortalRequest) -> HttpResponse:
    user = current_user(request)
    sent = request.method == "POST"
    form = GivingForm(request.POST or None, request.FILES or None, giver=user) if sent else None
    form = form or GivingForm(giver=user)
    if form.is_valid():
        try:
            for name in ("letter", "picture"):
                if given := form.cleaned_data[name]:
                    keep(given, purpose=name, by=user, about=user)
        except FileRefusedError as refusal:
            form.add_error(name, str(refusal))
        else:
            return redirect("files:files")
    html = engines["django"].from_string(PAGE).render({"form": form}, request)
    return HttpResponse(html, status=422 if form.errors else 200)


urlpatterns = [*portal, path("giving/", give, name="giving")]
