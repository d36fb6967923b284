"""A batch: plan every cell, ask, judge, record."""
