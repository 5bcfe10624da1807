"""Addresses of who arranges exams: /exams/."""

from django.urls import path

from exams.views import fixing, home

app_name = "exams"
urlpatterns = [
    path("", home.home, name="home"),
    path("fixed/", fixing.exams, name="exams"),
    path("fixed/<int:pk>/<int:attempt>/", fixing.exam, name="exam"),
    path("fixed/<int:pk>/<int:attempt>/fix/", fixing.fix, name="fix"),
    path("fixed/<int:pk>/<int:attempt>/ask/", fixing.ask, name="ask"),
]
