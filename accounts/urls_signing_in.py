"""Signing in and up. allauth's own addresses of providers are left out: ours check more."""

from django.urls import include, path

from accounts.views import account, sso

urlpatterns = [
    path("sso/", sso.start, name="sso"),
    path("sso/connect/", sso.connect, name="sso-connect"),
    path("sso/confirm/", sso.confirm, name="sso-confirm"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", account.sessions, name="usersessions_list"),
    path("3rdparty/", include("allauth.socialaccount.urls")),
]
