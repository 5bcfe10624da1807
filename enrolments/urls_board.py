"""Where a Board of Examiners decides about one application, without an account: /board/."""

from django.urls import path

from enrolments.views import board

app_name = "board"
urlpatterns = [
    path("<str:token>/", board.decide, name="decide"),
    path("<str:token>/answered/", board.answered, name="answered"),
    path("<str:token>/anew/", board.anew, name="anew"),
]
