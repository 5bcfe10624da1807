"""Signing in and up. allauth's own addresses of providers are left out: ours check more."""

from django.urls import include, path

from accounts.views import sso

urlpatterns = [
    path("sso/", sso.start, name="sso"),
    path("sso/connect/", sso.connect, name="sso-connect"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("3rdparty/", include("allauth.socialaccount.urls")),
]
