"""Bookmarks: tags of bookmarked web pages."""
