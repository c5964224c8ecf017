"""The page built from these sources, once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ferryman.dashboard.mount import STATIC
from tests.architecture.repository import ROOT


@pytest.fixture(scope="session")
def built() -> Path:
    """Build what is not up to date, and return the folder."""
    subprocess.run([sys.executable, "hatch_build.py"], cwd=ROOT, check=True, timeout=300)
    return STATIC
