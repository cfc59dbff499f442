"""Tables with coordinates (带坐标的表格): CSV and XLSX, whose geometry stands in columns."""
