"""The exam of a student's case: /exchange/<reference>/."""

from django.urls import path

from exams.views import own_exams, student

app_name = "exchange-exam"
urlpatterns = [
    path("<ref:reference>/exam/", student.exam, name="exam"),
    path("<ref:reference>/exam/choose/", student.choose, name="choose"),
    path("<ref:reference>/exam/<int:attempt>/answer/", student.answer, name="answer"),
    path("<ref:reference>/exam/ill/<int:pk>/", student.ill, name="ill"),
    path("<ref:reference>/exam/own/", own_exams.own_exams, name="own"),
    path("<ref:reference>/exam/own/<int:pk>/remove/", own_exams.remove, name="remove-own"),
    path("<ref:reference>/facility/", student.facility, name="first-facility"),
    path("<ref:reference>/facility/<int:attempt>/", student.facility, name="facility"),
    path("<ref:reference>/facility/<int:attempt>/withdraw/", student.withdraw, name="withdraw"),
]
