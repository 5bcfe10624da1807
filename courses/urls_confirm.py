"""Where a partner says, without an account, whether a course is still as we show it."""

from django.urls import path

from courses.views import confirm

app_name = "confirm"
urlpatterns = [
    path("<str:token>/", confirm.course, name="course"),
    path("<str:token>/answered/", confirm.answered, name="answered"),
    path("<str:token>/anew/", confirm.anew, name="anew"),
]
