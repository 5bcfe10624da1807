"""Addresses of a partner university's people: /partner/."""

from django.urls import path

from enrolments.views import partner

app_name = "partner"
urlpatterns = [
    path("", partner.home, name="home"),
    path("confirm/", partner.confirm, name="confirm"),
    path("download/", partner.download, name="download"),
    path("<ref:reference>/decline/", partner.decline, name="decline"),
]
