"""What the portal is measured against: a Django project of two views and one middleware.

It has the portal's database settings, so that what differs is the portal's own work.
"""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

ROWS, SHOWN = 200, 20
DATABASE = Path(os.environ["BENCH_DIR"]) / "bare.sqlite3"

settings.configure(
    SECRET_KEY="bench" * 10,
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],  # says how long an answer is
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATABASE,
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                ),
            },
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
        }
    ],
    LOGGING_CONFIG=None,
)
django.setup()


class Item(models.Model):
    """A row of the bare list."""

    title = models.CharField(max_length=200)
    place = models.CharField(max_length=80)
    starts_on = models.DateField()
    number = models.IntegerField()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.title


def make() -> None:
    """Make the table and its rows."""
    with connection.schema_editor() as editor:
        editor.create_model(Item)
    Item.objects.bulk_create(
        Item(title=f"Course {n}", place="Brisbane", starts_on="2027-01-18", number=n % 40)
        for n in range(ROWS)
    )


def constant(request: HttpRequest) -> HttpResponse:
    return render(request, "constant.html", {"title": "Courses", "count": 500})


def bare_list(request: HttpRequest) -> HttpResponse:
    return render(request, "list.html", {"items": Item.objects.order_by("title")[:SHOWN]})


urlpatterns = [path("constant/", constant), path("list/", bare_list)]
application = get_wsgi_application()
