"""Building blocks of the reports: one self-contained HTML page with inline pictures."""
