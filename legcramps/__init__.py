"""The night leg cramps assistant: cited, evidence-graded answers from one vetted document."""

__version__ = "0.1.0"
