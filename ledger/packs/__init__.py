"""What the books need to know about a commodity, as data: one TOML file per commodity, read into frozen records."""
