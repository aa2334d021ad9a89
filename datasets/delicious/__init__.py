"""Delicious: tags of web pages."""
