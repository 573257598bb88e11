"""Pages for people without an account: one light response each, no script, nothing from elsewhere."""
