"""Addresses of an exam day: /exams/day/."""

from django.urls import path

from exams.views import correcting, day

app_name = "examday"
urlpatterns = [
    path("", day.overview, name="overview"),
    path("<int:pk>/", day.sitting, name="sitting"),
    path("<int:pk>/state/", day.state, name="state"),
    path("<int:pk>/mark/", day.mark, name="mark"),
    path("<int:pk>/marks/", day.marks, name="marks"),
    path("<int:pk>/hold/", day.hold, name="hold"),
    path("<int:pk>/leave/", day.leave, name="leave"),
    path("<int:pk>/sheets/", day.sheets, name="sheets"),
    path("<int:pk>/sheets/<uuid:document>/", day.sheet, name="sheet"),
    path("<int:pk>/close/", day.close, name="close"),
    path("<int:pk>/seats/<int:seat>/correct/", correcting.correct, name="correct"),
]
