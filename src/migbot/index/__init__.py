"""From documents to an index that finds passages: embed, index, store, open again."""
