"""VCT 3.0 (GB/T 17798-2007): own reader and writer."""
