"""A planted season: frauds, mistakes and honest oddities with labels, and whoever looks for them without the labels."""
