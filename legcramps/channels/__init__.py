"""Ways in: each channel turns a message into text for the assistant, and its replies into the channel's own form."""
