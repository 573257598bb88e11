"""The cases, one file per family of them; importing this package registers them in order."""

from ledger.seasons.planted.cases import speaking, keys, scale, stock, processes, quality, land, herds  # noqa: F401, I001
from ledger.seasons.planted.cases import people, members, certificates, claims, volume, agreements, forest  # noqa: F401
from ledger.seasons.planted.cases import contracts, sales, money, corrections, privacy, audits, closing  # noqa: F401
