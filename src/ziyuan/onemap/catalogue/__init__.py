"""What there is and who owes it: catalogue tree, duty table, expected deliveries, bulletin, lineage, search."""
