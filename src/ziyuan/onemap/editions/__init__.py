"""Editions (版本): sealing a delivery into the map, and everything asked about its history."""
