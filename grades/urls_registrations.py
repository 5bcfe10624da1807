"""Registrations at the desk: /desk/registrations/."""

from django.urls import path

from grades.views import batches, earlier, honours, registrations, usis

app_name = "registrations"
urlpatterns = [
    path("", registrations.queue, name="queue"),
    path("batches/", batches.batches, name="batches"),
    path("batches/new/", batches.new, name="new-batch"),
    path("batches/<int:pk>/", batches.batch, name="batch"),
    path("batches/<int:pk>/list.xlsx", batches.download, {"suffix": "xlsx"}, name="batch-xlsx"),
    path("batches/<int:pk>/list.csv", batches.download, {"suffix": "csv"}, name="batch-csv"),
    path("batches/<int:pk>/cover/<uuid:document>/", batches.cover, name="cover"),
    path("usis/", usis.lists, name="usis"),
    path("usis/<int:pk>/", usis.usis_list, name="usis-list"),
    path("changes/<int:pk>/", honours.change, name="change"),
    path("<ref:reference>/", registrations.registration, name="registration"),
    path("<ref:reference>/earlier/<int:pk>/", earlier.earlier, name="earlier"),
    path("<ref:reference>/honours/", honours.ask, name="ask-change"),
    path("<ref:reference>/transcript/", registrations.transcript, name="transcript"),
    path("<ref:reference>/paper/<uuid:pk>/", registrations.paper, name="paper"),
    path("<ref:reference>/<slug:name>/", registrations.act, name="act"),
]
