"""Signing in with one click as one of the demo's people. Exists only while DEMO=1."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.demo import DOMAIN, ONE_CLICK
from accounts.services.invitations import account_of
from vx_portal.http import PortalRequest


@require_POST
@login_not_required
def sign_in(request: PortalRequest) -> HttpResponse:
    who = request.POST.get("who", "")
    if not settings.DEMO or who not in ONE_CLICK:
        raise Http404
    email = f"{who}@{DOMAIN}"
    user = account_of(email)
    if user is None:
        messages.error(request, _("The demo's people are not there yet: manage.py demo_data"))
        return redirect("account_login")
    login = Login(user=user, email=email, redirect_url=get_next_redirect_url(request))
    response: HttpResponse = perform_password_login(request, {"email": email}, login)
    return response
