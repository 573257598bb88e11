"""The cases, one file per family of them; importing this package registers them in order."""

from ledger.seasons.planted.cases import speaking, keys, scale, stock, processes, land, herds, people, members, certificates, claims, volume, agreements, contracts, sales, money, corrections, privacy, closing  # noqa: F401, I001
