"""Long work over HTTP: jobs that wait, run in a process of their own, and outlive the server."""
