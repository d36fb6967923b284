"""What in spells that are joined contradicts each other (pure)."""
