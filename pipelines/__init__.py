"""End-to-end runs, the command line and the reports."""
