"""A QR code as a square of dark and light modules (ISO/IEC 18004), error correction level M."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

# The light margin every reader needs around the symbol, in modules (ISO/IEC 18004 section 6.3.8).
QUIET: Final = 4

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
        """The dark modules as one SVG path in units of modules, margin included: one bar per run, rows from the top."""
        bars = []
        for row, modules in enumerate(self.modules):
            column = 0
            while column < self.side:
                if not modules[column]:
                    column += 1
                    continue
                start = column
                while column < self.side and modules[column]:
                    column += 1
                bars.append(f"M{start + QUIET} {row + QUIET}h{column - start}v1h-{column - start}z")
        return "".join(bars)


@lru_cache(maxsize=64)
def symbol_of(text: str) -> Symbol:
    """The smallest symbol for the text. Capitals, digits and `:/.-` take a third less room than other text."""
    mode = MODE_ALPHA_NUM if _ALPHANUMERIC.fullmatch(text) else MODE_8BIT_BYTE
    code: QRCode = QRCode(version=None, error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(QRData(text.encode(), mode=mode), optimize=0)
    code.make(fit=True)
    return Symbol(tuple(tuple(bool(module) for module in row) for row in code.get_matrix()))
