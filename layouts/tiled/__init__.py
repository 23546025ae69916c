"""Thread-value layouts: which thread holds which element, and the tiled copies and MMAs that are made of them."""
