"""An exam paper by a link and without an account: /paper/."""

from django.urls import path

from exams.views import paper_link

app_name = "paper-link"
urlpatterns = [
    path("<str:token>/", paper_link.paper, name="paper"),
    path("<str:token>/open/", paper_link.open_there, name="open"),
    path("<str:token>/answers/", paper_link.give_answers, name="give"),
    path("<str:token>/answers/<uuid:file>/", paper_link.answers, name="answers"),
    path("<str:token>/confirm/", paper_link.confirm, name="confirm"),
    path("<str:token>/anew/", paper_link.anew, name="anew"),
]
