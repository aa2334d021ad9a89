"""Bookmarks: tags of web pages that people have bookmarked."""
