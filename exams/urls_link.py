"""An exam to fix, by a link and without an account: /exam/."""

from django.urls import path

from exams.views import link

app_name = "exam-link"
urlpatterns = [
    path("<str:token>/", link.fix, name="fix"),
    path("<str:token>/fixed/", link.fixed, name="fixed"),
    path("<str:token>/anew/", link.anew, name="anew"),
]
