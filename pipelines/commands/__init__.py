"""One file a command of the shell."""
