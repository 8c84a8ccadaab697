"""What every test may ask for."""

from __future__ import annotations

from tests.servers import (  # noqa: F401 - fixtures are found by name
    certificates,
    dovecot,
    dovecot_process,
    libreoffice,
    server_folder,
    smtp_sink,
)
