"""What the tests of the configuration may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.homes import HomeFolder, new_home


@pytest.fixture
def home(tmp_path: Path) -> HomeFolder:
    """A home folder as `thubao init` writes it."""
    return new_home(tmp_path / "home")
