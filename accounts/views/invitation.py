"""Invitations: the office makes, resends and revokes them; who is invited takes them up."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.people import AcceptForm, InviteForm
from accounts.models import Invitation, User
from accounts.recent import needs_recent_sign_in
from accounts.services import invitations
from accounts.services.memberships import MembershipError
from accounts.views.people import say_given
from courses.telling import post
from vx_portal.http import PortalRequest, current_user, keep_private, needs_role

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
@needs_recent_sign_in()
def invite(request: PortalRequest) -> HttpResponse:
    by = current_user(request)
    form = InviteForm(request.POST or None, by=by, initial={"language": User.Language.NL})
    if form.is_valid():
        data = form.cleaned_data
        try:
            invited = invitations.invite(
                data["email"], data["name"], data["language"], form.grant(), by=by
            )
        except MembershipError as refusal:
            form.add_error("email", str(refusal))
        else:
            return _say_invited(request, invited)
    context = {"form": form, "person": None}
    return render(request, "accounts/give.html", context, status=422 if form.is_bound else 200)


def _say_invited(request: PortalRequest, invited: invitations.Invited) -> HttpResponse:
    """Say what came of it, on the page where the next step can be taken."""
    if invited.membership:
        messages.info(request, _("There was an account with this address: it has the role now."))
        say_given(request, invited.membership)
        return redirect("people:person", invited.membership.user_id)
    _say_owed(request, invited.invitation)
    return redirect("people:invitations")


def _say_owed(request: PortalRequest, invitation: Invitation | None) -> None:
    said = {"email": invitation}
    messages.success(
        request,
        _("An invitation to %(email)s is being sent. The list below shows what came of it.") % said,
    )


@require_safe
@needs_role("office", "auditor")
def open_invitations(request: PortalRequest) -> HttpResponse:
    """Those that nobody has accepted or revoked, the newest first."""
    rows = Invitation.objects.visible_to(request.user).open()
    shown = rows.select_related("faculty", "university", "invited_by")
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    mails = post().deliveries([one.mail_key for one in page])
    for one in page:
        one.mail = mails.get(one.mail_key)  # type: ignore[attr-defined]
    return render(request, "accounts/invitations.html", {"page_obj": page})


def _find(request: PortalRequest, pk: int) -> Invitation:
    return get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk)


@require_POST
@needs_role("office")
@needs_recent_sign_in()
def resend(request: PortalRequest, pk: int) -> HttpResponse:
    invitation = _find(request, pk)
    try:
        invitations.resend(invitation, by=current_user(request))
    except MembershipError as refusal:
        messages.warning(request, str(refusal))
    else:
        _say_owed(request, invitation)
    return redirect("people:invitations")


@require_POST
@needs_role("office")
@needs_recent_sign_in()
def revoke(request: PortalRequest, pk: int) -> HttpResponse:
    invitation = _find(request, pk)
    try:
        invitations.revoke(invitation, by=current_user(request))
    except MembershipError as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request, _("The invitation to %(email)s no longer works.") % {"email": invitation}
        )
    return redirect("people:invitations")


# A browser sends no origin from a page without referrer, so the usual check would refuse everybody.
# What it would stop, another site sending its own invitation from here, the header below stops.
@csrf_exempt
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def accept(request: PortalRequest, token: str) -> HttpResponse:
    invitation = invitations.find(token)
    if invitation is None:
        raise Http404
    if not invitation.is_usable:
        return _over(request, invitation)
    account = invitations.account_of(invitation.email)
    if request.method != "POST":
        return _page(request, invitation, account, AcceptForm(invitation=invitation))
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise PermissionDenied
    return _accept(request, token, invitation, account)


def _accept(
    request: PortalRequest, token: str, invitation: Invitation, account: User | None
) -> HttpResponse:
    form = AcceptForm(request.POST, invitation=invitation)
    if account is None and not form.is_valid():
        return _page(request, invitation, None, form, 422)
    chosen = {} if account else {key: form.cleaned_data[key] for key in ("name", "password")}
    try:
        user = invitations.accept(token, **chosen)
    except MembershipError as refusal:
        invitation.refresh_from_db()
        if not invitation.is_usable:
            return _over(request, invitation)
        form.add_error(None, str(refusal))
        return _page(request, invitation, account, form, 409)
    messages.success(request, _("Welcome. Your role: %(role)s.") % {"role": _role(invitation)})
    if account:  # they sign in with the password and second factor they have
        return keep_private(redirect("accounts:account"))
    login = Login(user=user, email=user.email)
    return keep_private(perform_password_login(request, {"email": user.email}, login))


def _role(invitation: Invitation) -> str:
    return invitation.scope_in_words


def _page(
    request: PortalRequest,
    invitation: Invitation,
    account: User | None,
    form: AcceptForm,
    status: int = 200,
) -> HttpResponse:
    context = {"invitation": invitation, "account": account, "form": form}
    return keep_private(render(request, "accounts/invitation.html", context, status=status))


def _over(request: PortalRequest, invitation: Invitation) -> HttpResponse:
    """The link was used, revoked or is too old: what to do now."""
    context = {"invitation": invitation}
    return keep_private(render(request, "accounts/invitation_over.html", context, status=410))
