"""Batch scoring: readers, writers and the run over archives."""
