"""`fourfold run forecast`: from a table of series to models, their scores and a report."""
