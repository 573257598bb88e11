"""One runnable story per commodity: invented people, at the scale of real programmes."""
