"""What other programs may ask a running bot by HTTP: `/healthz` and `/metrics`. Off unless MAILBOT_METRICS says where."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from socket import AF_INET6
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from prometheus_client import CollectorRegistry, make_wsgi_app

from mailbot.errors import SettingsError, StoreError
from mailbot.listener import Listener
from mailbot.service.instruments import INSTRUMENTS
from mailbot.service.judgement import judge
from mailbot.service.metrics import Gauges
from mailbot.service.office import Office
from mailbot.tickets.trouble import Kind

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger()

PATIENCE = 10.0
"""Seconds that somebody who asks may take for their question."""

Answer = tuple[HTTPStatus, dict[str, Any]]


@contextmanager
def open_endpoint(office: Office) -> Iterator[None]:
    """Answer questions meanwhile, if MAILBOT_METRICS is set. Raises SettingsError: nobody can listen there."""
    listener = office.settings.metrics
    if listener is None:
        yield
        return
    with _listening(listener, application(office)) as server:
        Thread(target=server.serve_forever, name="endpoint", daemon=True).start()
        log.info("answers at", metrics=f"{listener.host}:{server.server_port}")
        try:
            yield
        finally:
            server.shutdown()


def application(office: Office) -> WSGIApplication:
    """The WSGI application (PEP 3333)."""
    registry = CollectorRegistry()
    registry.register(INSTRUMENTS)
    registry.register(Gauges(office))
    metrics: WSGIApplication = make_wsgi_app(registry)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                return metrics(environ, start_response)
            case "/healthz":
                status, told = _health(office)
            case _:
                status, told = HTTPStatus.NOT_FOUND, {"there is": ["/healthz", "/metrics"]}
        start_response(f"{status.value} {status.phrase}", [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
        return [json.dumps(told).encode() + b"\n"]

    return answer


def _health(office: Office) -> Answer:
    """What `status` says, by name alone: its sentences may hold addresses, and anybody on this machine may ask here."""
    try:
        wrong = list(dict.fromkeys(trouble.name for trouble in judge(office)))
    except StoreError:
        wrong = [str(Kind.DATABASE)]
    return (HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK), {"ok": not wrong, "wrong": wrong}


class _Server(ThreadingMixIn, WSGIServer):
    """A thread a question: a slow one keeps nobody waiting."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asks may go away in the middle; that is no line of the log."""


class _ServerOfIPv6(_Server):
    address_family = AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE

    def log_message(self, format: str, *args: Any) -> None:
        """Every question would be a line of the log."""


def _listening(listener: Listener, app: WSGIApplication) -> WSGIServer:
    server = _ServerOfIPv6 if ":" in listener.host else _Server
    try:
        return make_server(listener.host, listener.port, app, server_class=server, handler_class=_Handler)
    except OSError as error:
        raise SettingsError(f"MAILBOT_METRICS: nobody can listen at {listener}: {error.strerror}; choose another port") from None
