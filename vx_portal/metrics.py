"""Figures for Prometheus: requests as they are answered; the rest is asked when Prometheus asks.

Under gunicorn each process writes its counts into a folder (vx_portal/gunicorn_conf.py), and
whichever answers adds them up. A label holds the name of a view, never an address.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from django.db import DatabaseError
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from paperwork.models import ChainCheck, Document, Notice, Owed, Seal
from privacy.models import DataCopy

OWED: tuple[type[Owed], ...] = (Notice, Document, DataCopy)
NOT_DONE = [
    Owed.State.NEW,
    Owed.State.LEASED,
    Owed.State.SENDING,
    Owed.State.UNCERTAIN,
    Owed.State.DEAD,
]

ANSWERS = Counter("vx_requests", "Requests answered.", ["view", "status"])
DURATION = Histogram(
    "vx_request_duration_seconds",
    "From the first middleware to the answer.",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def count_request(request: HttpRequest, response: HttpResponse, seconds: float) -> str:
    """Count one answer under its view's name, which is returned; "" for one that met no view."""
    match = request.resolver_match
    view = match.view_name if match else ""
    ANSWERS.labels(view, response.status_code).inc()
    DURATION.labels(view).observe(seconds)
    return view


class CheckFigures(NamedTuple):
    """What one check of /readyz says, as far as it is a figure."""

    ok: bool
    facts: dict[str, float | str | None]


class Now(Collector):
    """What is true at the moment of asking: the checks of /readyz, and the work that is owed."""

    GAUGES = (
        ("worker", "seconds_since_heartbeat", "vx_worker_heartbeat_age_seconds"),
        ("migrations", "unapplied", "vx_migrations_unapplied"),
        ("disk", "free", "vx_disk_free_ratio"),
        ("owed", "oldest_seconds", "vx_owed_oldest_seconds"),
        ("scanner", "answers", "vx_scanner_answers"),
        ("scanner", "signatures_days", "vx_scanner_signatures_days"),
    )

    def __init__(self, checks: Callable[[], Mapping[str, CheckFigures]]) -> None:
        self.checks = checks

    def collect(self) -> Iterable[Metric]:
        checks = self.checks()
        passes = GaugeMetricFamily(
            "vx_check_ok", "1 when the check of that name in /readyz passes.", labels=["check"]
        )
        for name, check in checks.items():
            passes.add_metric([name], int(check.ok))
        yield passes
        for name, fact, gauge in self.GAUGES:
            value = checks[name].facts.get(fact) if name in checks else None
            if isinstance(value, int | float):  # not known is not the same as 0: no line
                yield GaugeMetricFamily(gauge, f"{fact} of the check {name}.", value=value)
        if checks["database"].ok:  # else nobody would wait for the answer
            yield from owed_figures()
            yield from audit_figures()


def owed_figures() -> Iterator[Metric]:
    """How much is not done yet, per table and state; how much of it has been tried in vain."""
    rows = GaugeMetricFamily("vx_owed_rows", "Not done, by state.", labels=["table", "state"])
    tries = GaugeMetricFamily(
        "vx_owed_attempts_max", "Most attempts at a row that is not done.", labels=["table"]
    )
    vain = GaugeMetricFamily(
        "vx_owed_failing", "Tried in vain and to be tried again.", labels=["table"]
    )
    try:
        for model in OWED:
            name = model._meta.model_name or ""
            open_ones = model._default_manager.filter(state__in=NOT_DONE).order_by()
            counts = open_ones.values("state").annotate(
                rows=Count("pk"), tries=Max("attempts"), vain=Count("pk", filter=~Q(error=""))
            )
            found = {row["state"]: row for row in counts}
            for state in NOT_DONE:
                rows.add_metric([name, state], found[state]["rows"] if state in found else 0)
            tries.add_metric([name], max((row["tries"] for row in found.values()), default=0))
            vain.add_metric([name], found[Owed.State.NEW]["vain"] if "new" in found else 0)
    except DatabaseError:
        return  # vx_check_ok says so
    yield rows
    yield vain
    yield tries


def audit_figures() -> Iterator[Metric]:
    """How far the audit trail is sealed, and what the last check of it found."""
    try:
        last = Seal.objects.order_by("-number").values_list("number", flat=True).first()
        check = ChainCheck.objects.exclude(done_at=None).values_list("faults", flat=True).first()
    except DatabaseError:
        return
    yield GaugeMetricFamily("vx_audit_seals", "Seals over the audit trail.", value=last or 0)
    if check is not None:
        yield GaugeMetricFamily("vx_audit_faults", "Faults that the last check found.", value=check)


def text_for_prometheus(checks: Callable[[], Mapping[str, CheckFigures]]) -> bytes:
    """All figures in Prometheus' text format, version 0.0.4."""
    registry = CollectorRegistry()
    registry.register(Now(checks))
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(ANSWERS)
        registry.register(DURATION)
    return generate_latest(registry)
