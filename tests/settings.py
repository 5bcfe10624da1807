"""The portal's settings with a quick hasher, and static files as they lie in the sources."""

from vx_portal.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATICFILES_DIRS = [BASE_DIR / "static"]  # noqa: F405
STATIC_ROOT = VAR_DIR / "no-static"  # noqa: F405  # nothing is collected here
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # the portal warns when the folder is missing
LOGGING["root"]["level"] = "WARNING"  # type: ignore[index]  # noqa: F405
if EMBEDDED:  # noqa: F405
    # In a file, as the portal has it: in memory SQLite neither waits for a lock nor keeps threads
    # apart. Nobody needs the tests' data after a power cut.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}  # type: ignore[index]  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"  # type: ignore[index]  # noqa: F405
if REDIS_URL:  # noqa: F405
    # Each test process counts for itself: clearing one's cache empties a whole Redis database.
    _base, _number = REDIS_URL.rsplit("/", 1)  # noqa: F405
    _process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))  # noqa: F405
    CACHES["redis"]["LOCATION"] = f"{_base}/{int(_number) - _process}"  # noqa: F405
CELERY_BROKER_URL = "memory://"  # a hint from a test reaches no worker
