"""migbot: cited answers in French and English about migration governance."""

__version__ = "0.1.0"
