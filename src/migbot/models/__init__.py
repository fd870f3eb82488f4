"""Which models there are, how they are installed, and whether their files are whole."""
