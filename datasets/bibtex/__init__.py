"""Bibtex: tags of bibliography entries."""
