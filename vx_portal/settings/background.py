"""Work outside a request: Celery, its broker and its clock (what it does: each app's tasks.py)."""

from __future__ import annotations

from celery.schedules import crontab

from vx_portal.settings.environment import REDIS_URL, TIME_ZONE, VAR_DIR, env

# How long a worker holds what it took before another may: longer than anything it does with it.
LEASE_SECONDS: int = env.int("LEASE_SECONDS", default=90)
CELERY_BROKER_URL = REDIS_URL or "folder://"
_broker_dir = VAR_DIR / "broker"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        # A task whose worker died comes back after at most 120 + 5 seconds. No task or delay may
        # be longer than the 120: it would be run a second time. Delays are dates in the database.
        "visibility_timeout": 120,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # A broker that is gone costs the request seconds, not for ever.
        "socket_timeout": 2,
        "socket_connect_timeout": 1,
        "max_retries": 1,
    }
    if REDIS_URL
    else {
        "data_folder_in": str(_broker_dir),
        "data_folder_out": str(_broker_dir),
        "control_folder": str(_broker_dir / "control"),
        # Seconds. A worker that holds a task looks for the next at this pace, and kombu's is 1.0:
        # a hundred hints would keep the clock's tasks, the heartbeat among them, waiting as long.
        "polling_interval": 0.1,
    }
)
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker however long it is gone
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True  # with an end: a task that kills its worker is given up
CELERY_TASK_TIME_LIMIT = 60  # seconds
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_WORKER_LOST_WAIT = 1.0  # seconds for the last word of a process that died; work waits
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 3  # seconds; then an unfinished task goes back to the queue
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
PULSE_PATH: str = env("PULSE_PATH", default="")  # touched while a worker works
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = (
    "celery.beat.Scheduler"  # in memory: no file that stops it when it is locked
)
CELERY_BEAT_SCHEDULE = {
    # The heartbeat that /readyz looks for; one that waited longer says nothing.
    "report-alive": {
        "task": "vx_portal.tasks.report_alive",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "sweep": {  # what a lost hint, a crash or a pause left; twice at once is harmless
        "task": "paperwork.tasks.sweep",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "seal-events": {  # twice at once is harmless: one of them does it
        "task": "paperwork.tasks.seal_events",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "check-the-chain": {
        "task": "paperwork.tasks.check_chain",
        "schedule": crontab(hour=2, minute=40),
    },
    "digests": {  # the first on a day gathers what came before seven, the others find nothing
        "task": "paperwork.tasks.gather_digests",
        "schedule": crontab(minute="*/10", hour="7-20", day_of_week="mon-fri"),
        "options": {"expires": 600},
    },
    "sweep-files": {
        "task": "paperwork.tasks.sweep_files",
        "schedule": crontab(minute=40),
    },
    "drop-fleeting": {
        "task": "paperwork.tasks.drop_fleeting",
        "schedule": crontab(minute=45),
    },
    "plans-of-exams": {  # one that nobody makes, or whose maker died
        "task": "exams.tasks.sweep_plans",
        "schedule": 40.0,
        "options": {"expires": 40},
    },
    "exams-every-hour": {
        "task": "exams.tasks.every_hour",
        "schedule": crontab(minute=15),
    },
    "applications-every-minute": {
        "task": "enrolments.tasks.every_minute",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "applications-every-hour": {
        "task": "enrolments.tasks.every_hour",
        "schedule": crontab(minute=5),
    },
    "transcripts-every-minute": {
        "task": "grades.tasks.every_minute",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "transcripts-every-hour": {
        "task": "grades.tasks.every_hour",
        "schedule": crontab(minute=15),
    },
    "exams-every-night": {
        "task": "exams.tasks.every_night",
        "schedule": crontab(hour=4, minute=30),
    },
    "applications-every-night": {
        "task": "enrolments.tasks.every_night",
        "schedule": crontab(hour=4, minute=10),
    },
    "copies-of-own-data": {  # one that nobody makes, or whose maker died
        "task": "privacy.tasks.sweep_copies",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "privacy-every-night": {
        "task": "privacy.tasks.every_night",
        "schedule": crontab(hour=1, minute=30),
    },
    "clear-sessions": {
        "task": "vx_portal.tasks.clear_sessions",
        "schedule": crontab(hour=3, minute=20),
    },
    "forget-old-unverified": {
        "task": "accounts.tasks.forget_old_unverified",
        "schedule": crontab(hour=3, minute=40),
    },
    "remove-old-imports": {
        "task": "courses.tasks.remove_old_imports",
        "schedule": crontab(hour=3, minute=30),
    },
    "end-sessions-of-former-staff": {
        "task": "accounts.tasks.end_sessions_of_former_staff",
        "schedule": crontab(hour=0, minute=10),
    },
}
