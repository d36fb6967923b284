"""What a run or the ledger amounts to (pure)."""
