"""From raw text to sentences, mentions of actors and directed pairs."""
