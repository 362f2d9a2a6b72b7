"""The meaning of the product, in the standard library alone: what may be asked, what happened, what follows."""
