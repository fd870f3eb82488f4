"""From files to cleaned documents, and from documents to passages with exact offsets."""
