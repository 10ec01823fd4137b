"""The demonstration: a town of real houses and tariffs, and the story told on it."""
