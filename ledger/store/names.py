"""Text ids are stored once: everywhere else stands the number (index of first mention, slot)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.store.connection import Connection
from ledger.store.schema import SLOT_BITS

_KEPT = 300_000


class Names:
    """Numbers of texts and back, remembered as they are met; number 0 is the empty text."""

    def __init__(self, log: int) -> None:
        """Begin with nothing remembered but the empty text."""
        self._log = log
        self.forget()

    def forget(self) -> None:
        """Drop what is remembered (after a rollback: numbers given there were never stored)."""
        self._numbers: dict[str, int] = {"": 0}
        self._texts: dict[int, str] = {0: ""}

    def trim(self) -> None:
        """Keep memory bounded."""
        if len(self._numbers) > _KEPT:
            self.forget()

    def number(self, text: str) -> int | None:
        """The number of a text already looked up, else None."""
        return self._numbers.get(text)

    def new(self, texts: Iterable[str]) -> list[str]:
        """Those of `texts` that have no number yet; all of them must have been looked up before."""
        return [text for text in texts if text not in self._numbers]

    def known(self, text: str) -> int:
        """The number of a text that must have been looked up or given."""
        return self._numbers[text]

    @property
    def texts(self) -> Mapping[int, str]:
        """The texts of all numbers looked up or given: for loops over thousands of rows."""
        return self._texts

    def text(self, number: int) -> str:
        """The text of a number that must have been looked up or given."""
        return self._texts[number]

    def find(self, connection: Connection, texts: Iterable[str]) -> None:
        """Look up those texts that are not remembered."""
        missing = [text for text in set(texts) if text not in self._numbers]
        if missing:
            for number, text in connection.all(
                "SELECT n, text FROM name WHERE log = ? AND text IN @list", self._log, missing
            ):
                self._remember(number, text)

    def read(self, connection: Connection, numbers: Iterable[int]) -> None:
        """Look up those numbers that are not remembered."""
        missing = [number for number in set(numbers) if number not in self._texts]
        if missing:
            for number, text in connection.all(
                "SELECT n, text FROM name WHERE log = ? AND n IN @list", self._log, missing
            ):
                self._remember(number, text)

    def give(self, text: str, index: int, slot: int) -> int:
        """Give a new text its number: the index of the fact that names it first, and a slot within it."""
        # Counted from 1: (0, 0) would be the number of the empty text, and the first name of the genesis would be it.
        number = (index << SLOT_BITS) + slot + 1
        self._remember(number, text)
        return number

    def _remember(self, number: int, text: str) -> None:
        self._numbers[text] = number
        self._texts[number] = text
