"""Conversion of one format into another (格式转换): nothing is lost without being named."""
