"""`python -m ledger.cli` is the same as `chaski`."""

from __future__ import annotations

import sys

from ledger.cli import main

sys.exit(main())
