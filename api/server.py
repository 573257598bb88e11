"""Running the application: one process, uvicorn with uvloop and httptools where they are installed."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

import orjson
import structlog
import uvicorn

from api.app import create_app
from api.courier import courier_of
from api.witnessing import witnessed
from ledger.settings import Settings

if TYPE_CHECKING:
    from ledger.book import Ledger

# Answers that are on their way when the server is told to stop get so long.
GRACE_SECONDS: Final = 10


def serve(
    ledger: Ledger,
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    bound: Callable[[int], None] | None = None,
) -> None:
    """Serve until told to stop (SIGINT, SIGTERM): take no more requests, finish those in hand, return.

    Webhooks are delivered meanwhile, and witnesses asked; what they say is known before anything is served. The ledger
    has exactly one writer, so there is one process. `port` 0 picks a free one; `bound` is told the port as soon as it
    is ours, and not at all where it is somebody else's. Raises ProofError where a witness has seen another log.
    """
    set_up_log(settings.log_level, settings.log_format)
    server = prepared(ledger, settings, host=host, port=port)
    with witnessed(ledger), server.config.bind_socket() as listening:
        # Before anybody is told: who reads the address and calls at once must not be turned away.
        try:
            listening.listen(server.config.backlog)
        except OSError:
            # Two may bind the same port in the moment before either listens; the second is refused here.
            raise SystemExit(1) from None
        if bound is not None:
            bound(listening.getsockname()[1])
        with courier_of(ledger, settings).working():
            server.run(sockets=[listening])


def prepared(ledger: Ledger, settings: Settings, *, host: str | None = None, port: int | None = None) -> uvicorn.Server:
    """The server, not yet running."""
    config = uvicorn.Config(
        create_app(ledger, settings),
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
        access_log=False,  # the gate writes a line per request, without addresses and query strings
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # nothing here depends on who a proxy says is asking
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return uvicorn.Server(config)


def set_up_log(level: Literal["debug", "info", "warning", "error"], form: Literal["text", "json"]) -> None:
    """One line per event on standard error, with UTC times."""
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if form == "json":
        structlog.configure(
            processors=[*shared, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(orjson.dumps)],
            wrapper_class=structlog.make_filtering_bound_logger(level),
            logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
            cache_logger_on_first_use=True,
        )
        return
    structlog.configure(
        processors=[
            *shared,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
