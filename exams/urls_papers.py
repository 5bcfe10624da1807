"""Addresses of exam papers for those who arrange exams: /exams/papers/."""

from django.urls import path

from exams.views import papers

app_name = "papers"
urlpatterns = [
    path("", papers.papers, name="papers"),
    path("<int:pk>/", papers.exam, name="exam"),
    path("<int:pk>/receive/", papers.receive, name="receive"),
    path("<int:pk>/ask/", papers.ask, name="ask"),
    path("<int:pk>/out/<int:university>/", papers.send_out, name="out"),
    path("<int:pk>/in/<int:university>/", papers.answers_are_in, name="in"),
    path("version/<int:pk>/readers/", papers.readers, name="readers"),
    path("version/<int:pk>/open/", papers.open_paper, name="open"),
    path("version/<int:pk>/read/", papers.read, name="read"),
    path("version/<int:pk>/note/", papers.note, name="note"),
    path("version/<int:pk>/answers/<uuid:file>/", papers.answers, name="answers"),
]
