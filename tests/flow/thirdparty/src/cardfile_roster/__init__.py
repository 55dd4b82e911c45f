"""A card file into a club's roster."""
