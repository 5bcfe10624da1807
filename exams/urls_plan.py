"""Addresses of the planner: /exams/plan/."""

from django.urls import path

from exams.views import planning, proposing, publishing

app_name = "planner"
urlpatterns = [
    path("", planning.plan, name="plan"),
    path("publish/", publishing.publish, name="publish"),
    path("proposals/", proposing.proposed, name="proposed"),
    path("proposals/<int:pk>/", proposing.proposal, name="proposal"),
    path("proposals/<int:pk>/stop/", proposing.stop, name="stop"),
    path("proposals/<int:pk>/take-over/", proposing.adopt, name="adopt"),
    path("exams/<int:pk>/", planning.exam, name="exam"),
    path("exams/<int:pk>/<int:slot>/", planning.exam, name="slot"),
    path("sittings/<int:pk>/", planning.sitting, name="sitting"),
    path("sittings/<int:pk>/move/", planning.move, name="move"),
    path("sittings/<int:pk>/cancel/", planning.cancel, name="cancel"),
    path("sittings/<int:pk>/invigilators/", planning.duties, name="duties"),
    path("sittings/<int:pk>/<str:name>/", planning.act, name="act"),
]
