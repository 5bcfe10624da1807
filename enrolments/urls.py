"""Addresses of a student's cases: /exchange/."""

from django.urls import path

from enrolments.views import applying, feed, saved, student

app_name = "exchange"
urlpatterns = [
    path("", student.cases, name="cases"),
    path("saved/<slug:university>/<slug:course>/", saved.save, name="save"),
    path("calendar/", feed.address, name="calendar"),
    path("calendar/renew/", feed.renew, name="renew-calendar"),
    path("calendar/<str:token>.ics", feed.feed, name="feed"),
    path("apply/<slug:university>/<slug:course>/<str:first_day>/", applying.apply, name="apply"),
    path("<ref:reference>/", student.case, name="case"),
    path("<ref:reference>/continue/", applying.go_on, name="continue"),
    path("<ref:reference>/purpose/", applying.purpose, name="purpose"),
    path("<ref:reference>/permission/", applying.permission, name="permission"),
    path("<ref:reference>/check/", applying.check, name="check"),
    path("<ref:reference>/timetable/", student.timetable, name="timetable"),
    path("<ref:reference>/sent/", student.sent, name="sent"),
    path("<ref:reference>/answer/", student.answer, name="answer"),
    path("<ref:reference>/board/", student.board_letter, name="board-letter"),
    path("<ref:reference>/accept/", student.accept, name="accept"),
    path("<ref:reference>/withdraw/", student.leave, {"action": "withdraw"}, name="withdraw"),
    path("<ref:reference>/pass/", student.leave, {"action": "pass"}, name="pass"),
    path("<ref:reference>/files/<uuid:pk>/", student.file, name="file"),
    path("<ref:reference>/documents/<uuid:pk>/", student.document, name="document"),
]
