"""From a question to a checked, cited answer: the model proposes, this room's code decides."""
