# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's side of the suite: starts a target, reads the probe's records, judges, reports."""

VERSION = "0.1"
