"""Fixtures by thing are in tests/fixtures; here they are put together."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

pytest_plugins = ["tests.fixtures.database"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a story run in the order they are told, wherever shuffling has put them."""
    places: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        if item.get_closest_marker("story"):
            places.setdefault(str(item.path), []).append(place)
    for of_module in places.values():
        told = sorted((items[place] for place in of_module), key=lambda item: item.reportinfo()[1])
        for place, item in zip(of_module, told, strict=True):
            items[place] = item
