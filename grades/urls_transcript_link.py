"""Transcripts by a link and without an account: /transcripts/<token>/."""

from django.urls import path

from grades.views import transcript_link

app_name = "transcript-link"
urlpatterns = [
    path("<str:token>/", transcript_link.give, name="give"),
    path("<str:token>/settle/", transcript_link.settle, name="settle"),
    path("<str:token>/files/<uuid:pk>/", transcript_link.download, name="download"),
    path("<str:token>/anew/", transcript_link.anew, name="anew"),
]
