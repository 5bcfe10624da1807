"""Addresses of the desk, where applications are decided: /desk/."""

from django.urls import path

from enrolments.views import desk

app_name = "desk"
urlpatterns = [
    path("", desk.queue, name="queue"),
    path("<str:reference>/", desk.case, name="case"),
]
