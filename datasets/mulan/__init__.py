"""Eleven multi-label data sets of the Mulan project, from audio to text and images."""
