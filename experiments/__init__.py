"""What a person runs: trainings, tables and figures of the paper and beyond."""
