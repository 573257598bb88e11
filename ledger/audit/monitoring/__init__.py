"""Following somebody's log and crying out where it contradicts itself."""
