"""Transcripts at the desk: /desk/transcripts/ and /desk/<reference>/transcript/."""

from django.urls import path

from grades.views import adding, giving_up, queue, review, transcript_link

app_name = "review"
urlpatterns = [
    path("transcripts/", queue.transcripts, name="queue"),
    path("transcripts/awaited/", queue.awaited, name="awaited"),
    path("transcripts/hosts/<int:pk>/", transcript_link.ask, name="ask-host"),
    path("<ref:reference>/transcript/", review.transcript, name="transcript"),
    path("<ref:reference>/transcript/add/", adding.add, name="add"),
    path("<ref:reference>/transcript/none/", giving_up.give_up, name="none"),
    path("<ref:reference>/transcript/return/", review.send_back, name="return"),
    path("<ref:reference>/transcript/undo/", review.undo, name="undo"),
    path("<ref:reference>/transcript/files/<uuid:pk>/", review.download, name="download"),
    path(
        "<ref:reference>/transcript/files/<uuid:pk>/pages/<int:number>/",
        review.picture,
        name="page",
    ),
]
