"""The office: what hosts' grades may mean here, /office/grade-tables/."""

from django.urls import path

from grades.views import tables

app_name = "grade-tables"
urlpatterns = [path("<int:pk>/", tables.table, name="table")]
