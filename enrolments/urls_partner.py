"""Addresses of a partner university's people: /partner/."""

from django.urls import path

from enrolments.views import partner

app_name = "partner"
urlpatterns = [path("", partner.home, name="home")]
