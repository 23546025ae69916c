"""Linear layouts: maps over F2 between named, ordered dimensions; Triton's algebra, exact, with witnesses."""
