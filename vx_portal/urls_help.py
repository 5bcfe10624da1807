"""The answers of the help page as the office words them: /office/help-texts/."""

from django.urls import path

from vx_portal import answering

app_name = "help-texts"
urlpatterns = [
    path("", answering.home, name="home"),
    path("<slug:slug>/", answering.topic, name="topic"),
    path("<slug:slug>/back/", answering.back, name="back"),
]
