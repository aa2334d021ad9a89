"""One module a task: its data, settings, and the score they reach."""
