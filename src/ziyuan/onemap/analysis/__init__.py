"""Analysis: overlay in plane integers, screening by theme, pictures of a site."""
