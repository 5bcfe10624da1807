"""Transcripts of a partner university's courses: /partner/transcripts/."""

from django.urls import path

from grades.views import partner

app_name = "partner-transcripts"
urlpatterns = [
    path("transcripts/", partner.give, name="give"),
    path("transcripts/settle/", partner.settle, name="settle"),
    path("transcripts/files/<uuid:pk>/", partner.download, name="download"),
]
