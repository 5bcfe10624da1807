"""Where the programme office curates the range of courses."""

from django.urls import path

from courses.views import editions, imports, office, office_courses, office_universities

app_name = "office"
urlpatterns = [
    path("courses/", office.courses, name="courses"),
    path("courses/several/", office.bulk, name="bulk"),
    path("courses/new/", office_courses.new_course, name="new-course"),
    path("courses/<int:pk>/", office_courses.course, name="course"),
    path("courses/<int:pk>/preview/", office_courses.preview, name="preview"),
    path("courses/<int:pk>/publish/", office_courses.publish, name="publish-course"),
    path("courses/<int:pk>/withdraw/", office_courses.withdraw, name="withdraw-course"),
    path("courses/<int:pk>/delete/", office_courses.delete, name="delete-course"),
    path("courses/<int:pk>/ask/", office_courses.ask, name="ask"),
    path("courses/<int:pk>/editions/new/", editions.new_edition, name="new-edition"),
    path("questions/<int:pk>/revoke/", office_courses.revoke, name="revoke-question"),
    path("questions/<int:pk>/handled/", office_courses.handled, name="handle-answer"),
    path("editions/<int:pk>/", editions.edition, name="edition"),
    path("editions/<int:pk>/publish/", editions.publish, name="publish-edition"),
    path("editions/<int:pk>/withdraw/", editions.withdraw, name="withdraw-edition"),
    path("editions/<int:pk>/delete/", editions.delete, name="delete-edition"),
    path("universities/", office_universities.universities, name="universities"),
    path("universities/new/", office_universities.new_university, name="new-university"),
    path("universities/<int:pk>/", office_universities.university, name="university"),
    path(
        "universities/<int:pk>/delete/",
        office_universities.delete_university,
        name="delete-university",
    ),
    path("faculties/", office_universities.faculties, name="faculties"),
    path("faculties/new/", office_universities.new_faculty, name="new-faculty"),
    path("faculties/<int:pk>/", office_universities.faculty, name="faculty"),
    path("faculties/<int:pk>/delete/", office_universities.delete_faculty, name="delete-faculty"),
    path(
        "faculties/<int:pk>/programmes/new/",
        office_universities.new_programme,
        name="new-programme",
    ),
    path("programmes/<int:pk>/", office_universities.programme, name="programme"),
    path(
        "programmes/<int:pk>/delete/",
        office_universities.delete_programme,
        name="delete-programme",
    ),
    path("imports/", imports.imports, name="imports"),
    path("imports/columns/", imports.columns, name="import-columns"),
    path("imports/template-<str:kind>.<str:suffix>", imports.template, name="import-template"),
    path("imports/<int:pk>/", imports.import_run, name="import"),
    path("imports/<int:pk>/choose/", imports.choose, name="choose-import"),
    path("imports/<int:pk>/apply/", imports.apply, name="apply-import"),
    path("imports/<int:pk>/discard/", imports.discard, name="discard-import"),
    path("export/", imports.export, name="export"),
]
