"""QR codes and printable labels of a lot: pictures as text and bytes, nothing is written anywhere."""

from ledger.labels.label import Label, label_of, lot_url
from ledger.labels.pictures import png, svg
from ledger.labels.sheets import THERMAL_WIDTHS, a4, thermal
from ledger.labels.symbol import Symbol, symbol_of

__all__ = ["THERMAL_WIDTHS", "Label", "Symbol", "a4", "label_of", "lot_url", "png", "svg", "symbol_of", "thermal"]
