"""Compares ways of understanding a message, and sweeps the numbers that ours rests on. README.md beside this file."""
