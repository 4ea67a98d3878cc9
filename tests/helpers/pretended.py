"""An assistant that is only pretended, for what a channel does around it."""

import contextlib
import time

CHEST = "I have chest pain"


class Pretended:
    """Says an emergency's words to chest pain, and something else to everything else; knows whom it remembers."""

    def __init__(self, fails=(), seconds=0.0):
        self.fails, self.seconds = fails, seconds
        self.heard, self.conversations = [], set()

    async def say(self, message):
        self.heard.append(message.text)
        self.conversations.add(message.sender_id)
        if "say" in self.fails:
            raise RuntimeError("broken")
        time.sleep(self.seconds)
        outcome = "urgent" if CHEST in message.text else "answered"
        answer = {"text": f"said to: {message.text}", "custom": {"answer": {"outcome": outcome}}}
        await message.output_channel.send_response(message.sender_id, answer)

    async def forget(self, conversation):
        if "forget" in self.fails:
            raise RuntimeError("broken")
        self.conversations.discard(conversation)

    def turns(self, limit=1000):
        from legcramps.channels.guard import RateLimit
        from legcramps.channels.turns import Turns

        return Turns("chat", self.say, self.forget, RateLimit(limit, limit))

    def agent(self):
        """As much of Rasa's agent as deleting a conversation needs."""
        return PretendedAgent(self)


class PretendedAgent:
    """Rasa's agent, its stores and a lock in one."""

    def __init__(self, assistant):
        self.handle_message, self.delete = assistant.say, assistant.forget
        self.tracker_store = self.lock_store = self

    def lock(self, conversation):
        return contextlib.AsyncExitStack()
