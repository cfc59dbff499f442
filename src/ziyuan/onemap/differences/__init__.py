"""Differences (变化): two tables of one layer compared under a standard's declaration of no change. Plain Python."""
