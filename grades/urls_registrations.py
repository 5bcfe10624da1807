"""Registrations at the desk: /desk/registrations/."""

from django.urls import path

from grades.views import registrations

app_name = "registrations"
urlpatterns = [
    path("", registrations.queue, name="queue"),
    path("<ref:reference>/", registrations.registration, name="registration"),
    path("<ref:reference>/transcript/", registrations.transcript, name="transcript"),
    path("<ref:reference>/paper/<uuid:pk>/", registrations.paper, name="paper"),
    path("<ref:reference>/<slug:name>/", registrations.act, name="act"),
]
