"""One file per version of the database, in order; each says how to come from the one before, and back."""
