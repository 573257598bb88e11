"""QR codes and labels, read back by a real decoder."""
