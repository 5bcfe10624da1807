"""Where the programme office curates the range of courses."""

from django.urls import path

from vx_portal.soon import soon

app_name = "office"
urlpatterns = [
    path("", soon, name="home"),
    path("courses/", soon, name="courses"),
    path("courses/new/", soon, name="new-course"),
    path("courses/<int:pk>/", soon, name="course"),
    path("universities/", soon, name="universities"),
    path("faculties/", soon, name="faculties"),
    path("imports/", soon, name="imports"),
    path("export/", soon, name="export"),
]
