"""From what the store knows to what a screen says: pure, in the reader's language."""
