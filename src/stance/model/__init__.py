"""From pairs to stances: masking, features, the linear model, its explanation and its files."""
