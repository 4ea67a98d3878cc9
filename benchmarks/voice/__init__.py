"""Heard, really: questions spoken, recognised, asked over each voice channel, and the replies spoken and recognised again. README.md."""
