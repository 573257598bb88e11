"""A QR code as a square of dark and light modules (ISO/IEC 18004), error correction level M."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import QRData

# The light margin every reader needs around the symbol, in modules (ISO/IEC 18004 section 6.3.8).
QUIET: Final = 4

# ISO/IEC 18004 table 2.
_MODE_CAPITALS: Final = 2
_MODE_BYTES: Final = 4
_ALPHANUMERIC: Final = re.compile(r"[0-9A-Z $%*+\-./:]+")


@dataclass(frozen=True, slots=True)
class Symbol:
    """The modules without margin, row by row; True is dark."""

    modules: tuple[tuple[bool, ...], ...]

    @property
    def side(self) -> int:
        """Modules in a row, without margin."""
        return len(self.modules)

    @property
    def side_with_margin(self) -> int:
        """Modules in a row, with the margin on both sides."""
        return self.side + 2 * QUIET

    def path(self) -> str:
        """The dark modules as one SVG path to be stroked, in units of modules, margin included: a dash per run.

        Every step is relative to the one before: half as long as absolute places.
        """
        dashes = [f"M{QUIET} {QUIET}.5"]
        at_row, at_column = 0, 0
        for row, modules in enumerate(self.modules):
            column = 0
            while column < self.side:
                start = column
                while column < self.side and modules[column]:
                    column += 1
                if column > start:
                    dashes.append(f"m{start - at_column} {row - at_row}h{column - start}")
                    at_row, at_column = row, column
                column += 1
        return "".join(dashes).replace(" -", "-")


@lru_cache(maxsize=64)
def symbol_of(text: str) -> Symbol:
    """The smallest symbol for the text. Capitals, digits and `:/.-` take a third less room than other text."""
    code = QRCode(version=None, error_correction=ERROR_CORRECT_M, border=0)
    if _ALPHANUMERIC.fullmatch(text):
        code.add_data(QRData(text.encode(), mode=_MODE_CAPITALS), optimize=0)
    else:
        code.add_data(QRData(text.encode(), mode=_MODE_BYTES), optimize=0)
    code.make(fit=True)
    return Symbol(tuple(tuple(bool(module) for module in row) for row in code.get_matrix()))
