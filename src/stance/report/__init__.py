"""Pages that people read: what scores add up to, and how well a model does."""
