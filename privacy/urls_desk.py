from django.urls import path

from privacy.views import case

app_name = "case-data"
urlpatterns = [path("<ref:reference>/data/", case.staff, name="case")]
