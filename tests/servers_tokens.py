"""A provider's token service on a loopback port: takes a refresh token, gives access tokens, and refuses on command."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

HOST = "127.0.0.1"


class TokenEndpoint:
    """Use as a context manager. `refusal` is what it answers instead of a token: an HTTP status and an OAuth2 error."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.refusal: tuple[int, str] | None = None
        self.asked: list[dict[str, str]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
                endpoint.asked.append(dict(parse_qsl(body)))
                status, error = endpoint.refusal or (200, "")
                # a provider may repeat what it was sent
                answer = {"error": error, "error_description": body} if error else endpoint.grant()
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Write nothing."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self.address = f"http://{HOST}:{self._server.server_address[1]}/token"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def grant(self) -> dict[str, object]:
        """What a token is handed out with."""
        return {"access_token": self.token, "expires_in": 3600, "token_type": "Bearer"}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
