"""ziyuan 智慧资源: one platform for a province's natural-resources administration."""
