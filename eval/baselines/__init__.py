"""Two plain programs that answer the eval's questions, to stand beside migbot in the report.

They run in an environment of their own and import nothing of migbot; README.md says how.
"""
