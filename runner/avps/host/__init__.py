# SPDX-License-Identifier: GPL-2.0-or-later
"""What the host does for a test while the guest looks on: host actions (docs/records.md).

`settings.py` reads what a target can do from its file, `actions.py` does it, `qmp.py` talks to
QEMU; `power_cuts.py` cuts the power of guests, each a `cut_guest.py`, and `numbered.py` finds on
their disks what they wrote.
"""
