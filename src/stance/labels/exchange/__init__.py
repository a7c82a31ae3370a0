"""Labels from and for other tools: doccano, Label Studio, Prodigy, brat, CoNLL-U and others."""
