"""One module per task: its data, settings and the paper's figures.

They import without TensorFlow, so that commands can show a task's settings at once.
"""
