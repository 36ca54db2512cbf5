"""Many jobs from many specs: planned into a ledger, run to the end once, reported. The flows are those of one job."""
