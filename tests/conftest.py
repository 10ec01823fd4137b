"""Fixtures by thing are in tests/fixtures; here they are put together."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

pytest_plugins = ["tests.fixtures.database"]
