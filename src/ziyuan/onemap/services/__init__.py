"""What the map answers: lists, features, tiles, statistics, exports; every answer passes the guard."""
