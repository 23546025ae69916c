"""Annotations in source files: the text, the language of comments, the code around, and what is claimed."""
