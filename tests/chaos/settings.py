"""The portal as it runs, with the faults and pages of tests/chaos in it."""

from vx_portal.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos"]  # noqa: F405
ROOT_URLCONF = "tests.chaos.urls"
STORAGES["staticfiles"] = {  # noqa: F405  # nothing is collected
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
MAILERS["default"]["OPTIONS"]["timeout"] = 2  # type: ignore[index]  # noqa: F405
