"""Pictures of layouts; for now as text."""
