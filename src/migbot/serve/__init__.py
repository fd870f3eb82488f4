"""The page: what a visitor sees and does, in front of the assistant."""
