"""The operators' command line: look at submissions, mend dead letters, send them round again."""
