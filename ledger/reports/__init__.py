"""Reports: tables worked out of the books at one log size, and the files they are handed over in."""

from ledger.reports.catalogue import REPORTS, make_report
from ledger.reports.report import Question, Report, Stamp, Table

__all__ = ["REPORTS", "Question", "Report", "Stamp", "Table", "make_report"]
