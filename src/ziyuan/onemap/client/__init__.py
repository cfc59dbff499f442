"""What stands at the deliverer's side: hand in a package over HTTP, verify a receipt. Plain Python, no Django."""
