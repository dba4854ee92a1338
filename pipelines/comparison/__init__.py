"""Models side by side on the same windows: their scores, their fans, and what a report shows of them."""
