"""What operators and the sweeper do with rows: replay, edit, discard, queue again."""
