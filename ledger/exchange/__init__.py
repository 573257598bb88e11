"""Outside standards, one room each: pure functions between their formats and our facts, without I/O."""
