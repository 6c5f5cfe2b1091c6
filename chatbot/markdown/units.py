def utf16(text: str) -> int:
    """The length of text as JavaScript counts it."""
    return len(text) + sum(character > "\uffff" for character in text)
