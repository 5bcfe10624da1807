"""Addresses of what a home university gets back: /partner/results/."""

from django.urls import path

from grades.views import home_results

app_name = "home-results"
urlpatterns = [
    path("", home_results.results, name="list"),
    path("<ref:reference>/<uuid:pk>/", home_results.document, name="document"),
]
