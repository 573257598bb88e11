"""The ledger of Chaski: who states what, which rules judge it, and how anybody can verify it."""

from __future__ import annotations

__version__ = "0.1.0"
