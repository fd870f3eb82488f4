"""The eval harness: questions with known answers, and how right migbot is on them.

It imports migbot, never the reverse. `run.py` runs suites, `compare.py` compares two reports.
"""
