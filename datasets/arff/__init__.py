"""Multi-label ARFF files: the builders' and the user's."""
