"""Edits of a script's text by the places of its syntax tree, in its own style. Leaves out which edits a repair needs."""


def edit(message: str) -> str:
    return "null"
