"""Ports for servers that live as long as a demo or a test."""

from __future__ import annotations

import socket


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody uses now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
