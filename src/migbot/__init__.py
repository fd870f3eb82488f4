"""migbot: answers with sources, in French and English, about migration governance."""

__version__ = "0.1.0"
