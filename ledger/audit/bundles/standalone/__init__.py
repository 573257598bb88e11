"""The program that travels inside every audit bundle; nothing in the project is imported by it."""
