"""What is counted and timed, for Prometheus. Labels hold operation names and words, never an id."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from ledger.queries import Outcome

MEDIA_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Measures:
    """The counters of one application; two applications in one process do not mix."""

    def __init__(self) -> None:
        """Start at zero."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "chaski_http_requests", "Requests answered.", ["operation", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "chaski_http_seconds",
            "Time from the request's first byte to the answer's last.",
            ["operation"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._facts = Counter(
            "chaski_facts", "Facts stated over HTTP by what became of them.", ["status"], registry=self._registry
        )
        self._problems = Counter(
            "chaski_problems", "Problems of refused facts by code.", ["code"], registry=self._registry
        )
        self._size = Gauge("chaski_log_size", "Entries in the log.", registry=self._registry)
        self._witnessed = Gauge(
            "chaski_log_witnessed_size", "Entries a quorum of witnesses has seen.", registry=self._registry
        )
        # Looking a labelled child up takes longer than counting; there are few of them.
        self._request_children: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._fact_children: dict[str, Counter] = {}

    def request(self, operation: str, status: int, seconds: float) -> None:
        """Count one request."""
        children = self._request_children.get((operation, status))
        if children is None:
            children = (self._requests.labels(operation, str(status)), self._seconds.labels(operation))
            self._request_children[operation, status] = children
        children[0].inc()
        children[1].observe(seconds)

    def facts(self, outcomes: Iterable[Outcome]) -> None:
        """Count what became of the facts of one request."""
        for outcome in outcomes:
            child = self._fact_children.get(outcome.status)
            if child is None:
                child = self._fact_children[outcome.status] = self._facts.labels(outcome.status)
            child.inc()
            for problem in outcome.problems:
                self._problems.labels(problem.code).inc()

    def exposition(self, log_size: int, witnessed_size: int) -> bytes:
        """Everything in Prometheus' text format."""
        self._size.set(log_size)
        self._witnessed.set(witnessed_size)
        return generate_latest(self._registry)
