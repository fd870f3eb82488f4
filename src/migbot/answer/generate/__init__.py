"""answer/generate"""
