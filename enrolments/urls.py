"""Addresses of a student's cases: /exchange/."""

from django.urls import path

from enrolments.views import applying, feed, student

app_name = "exchange"
urlpatterns = [
    path("", student.cases, name="cases"),
    path("start/", student.start, name="start"),
    path("calendar/", feed.address, name="calendar"),
    path("calendar/renew/", feed.renew, name="renew-calendar"),
    path("calendar/<str:token>.ics", feed.feed, name="feed"),
    path("apply/<slug:university>/<slug:course>/<str:first_day>/", applying.apply, name="apply"),
    path("<str:reference>/", student.case, name="case"),
    path("<str:reference>/continue/", applying.go_on, name="continue"),
    path("<str:reference>/purpose/", applying.purpose, name="purpose"),
    path("<str:reference>/permission/", applying.permission, name="permission"),
    path("<str:reference>/check/", applying.check, name="check"),
    path("<str:reference>/timetable/", student.timetable, name="timetable"),
    path("<str:reference>/sent/", student.sent, name="sent"),
    path("<str:reference>/answer/", student.answer, name="answer"),
    path("<str:reference>/accept/", student.accept, name="accept"),
    path("<str:reference>/withdraw/", student.leave, {"action": "withdraw"}, name="withdraw"),
    path("<str:reference>/pass/", student.leave, {"action": "pass"}, name="pass"),
    path("<str:reference>/files/<uuid:pk>/", student.file, name="file"),
    path("<str:reference>/documents/<uuid:pk>/", student.document, name="document"),
]
