from django.urls import path

from privacy.views import case

app_name = "own-data"
urlpatterns = [
    path("<ref:reference>/data/", case.own, name="case"),
    path("<ref:reference>/data/consent/", case.consent, name="consent"),
]
