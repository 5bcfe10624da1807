from django.urls import path

from privacy.views import audit

app_name = "audit"
urlpatterns = [
    path("", audit.events, name="events"),
    path("export/", audit.export, name="export"),
    path("seals/", audit.seals, name="seals"),
    path("seals/check/", audit.check, name="check"),
    path("seals/file/", audit.seals_file, name="seals-file"),
]
