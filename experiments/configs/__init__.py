"""One module a task: its data, settings and the paper's figures."""
