"""Serve the page with the settings in force: `python app.py`, the same as `migbot serve`."""

import sys

from migbot.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve"]))
