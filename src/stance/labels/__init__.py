"""The labelling format: read, check, write and convert labels."""
