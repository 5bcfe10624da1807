"""The portal with the page of `giving.py`, on a test's database: for a web server of a test."""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
connections["default"].settings_dict["NAME"] = os.environ["DATABASE"]
settings.ROOT_URLCONF = "tests.paperwork.files.giving"
settings.FILE_UPLOAD_TEMP_DIR = os.environ["UPLOADS_IN"]

application = get_wsgi_application()
