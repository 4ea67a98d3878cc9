"""Custom actions in this process instead of behind HTTP."""

from __future__ import annotations

import logging
from typing import Any, Dict, Optional

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from legcramps import logs
from legcramps.channels.replies import problem_reply, to_message

logger = logging.getLogger(__name__)


class ActionsInProcess(EndpointConfig):
    """Stands where Rasa expects the action server's address, and runs the action itself."""

    def __init__(self, executor: ActionExecutor):
        # Actions take nothing from the domain, so it is not copied for each call.
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = executor

    @classmethod
    def all(cls) -> ActionsInProcess:
        """With the project's own actions."""
        executor = ActionExecutor()
        executor.register_package("actions")
        return cls(executor)

    async def request(
        self,
        method: str = "post",
        subpath: Optional[str] = None,
        content_type: Optional[str] = None,
        compress: bool = False,
        **kwargs: Any,
    ) -> Dict[str, Any]:
        """Runs one action. When it fails, the person hears that something went wrong: never nothing."""
        call = kwargs["json"]
        try:
            return await self._executor.run(call)
        except Exception as error:
            logs.failure(logger, f"action {call.get('next_action')}", error)
            return {"events": [], "responses": [to_message(problem_reply("internal"))]}
