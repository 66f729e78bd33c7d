# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the runner share."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_tree import FakeTree


def pytest_configure(config: pytest.Config) -> None:
    """Name our marks."""
    config.addinivalue_line("markers", "qemu: boots the built image in QEMU")
    config.addinivalue_line("markers", "browser: opens a report in headless Chromium")


@pytest.fixture
def tree(tmp_path: Path) -> FakeTree:
    """A repository of its own with a fake target."""
    return FakeTree(tmp_path)
