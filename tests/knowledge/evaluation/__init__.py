"""How well the knowledge bot finds what people ask about this project's own documentation."""
