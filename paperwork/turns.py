"""Tasks that look at many rows: what does not fit into one turn goes on in the next."""

from __future__ import annotations

from typing import Any

from celery.exceptions import SoftTimeLimitExceeded

# For `shared_task`. Each row is done in a transaction of its own, so a task that is begun again
# finds less to do, as on the day on which hundreds of courses end. Seconds; other work comes first.
GOES_ON: dict[str, Any] = {
    "autoretry_for": (SoftTimeLimitExceeded,),
    "max_retries": 20,
    "default_retry_delay": 2,
}
