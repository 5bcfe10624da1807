"""Addresses of the desk, where applications are decided: /desk/."""

from django.urls import path

from enrolments.views import deciding, desk, desk_own, line

app_name = "desk"
urlpatterns = [
    path("", desk.desk, name="queue"),
    path("export/", desk.export, name="export"),
    path("several/", deciding.several, name="several"),
    path("several/undo/", deciding.undo_several, name="undo-several"),
    path("keys/", desk_own.keys, name="keys"),
    path("views/new/", desk_own.save_view, name="save-view"),
    path("views/<int:pk>/", desk_own.view, name="view"),
    path("stand-ins/", desk_own.stand_ins, name="stand-ins"),
    path("stand-ins/<int:pk>/end/", desk_own.end_stand_in, name="end-stand-in"),
    path("waiting-list/<int:pk>/", line.waiting_list, name="line"),
    path("<ref:reference>/", desk.case, name="case"),
    path("<ref:reference>/undo/", deciding.undo, name="undo"),
    path("<ref:reference>/board/", deciding.record_board, name="record-board"),
    path("<ref:reference>/note/", deciding.note, name="note"),
    path("<ref:reference>/aside/", deciding.aside, name="aside"),
    path("<ref:reference>/files/<uuid:pk>/", deciding.file, name="file"),
    path(
        "<ref:reference>/files/<uuid:pk>/pages/<int:number>/",
        deciding.file_page,
        name="file-page",
    ),
    path(
        "<ref:reference>/files/<uuid:pk>/download/",
        deciding.file_download,
        name="file-download",
    ),
    path("<ref:reference>/<str:name>/", deciding.act, name="act"),
]
