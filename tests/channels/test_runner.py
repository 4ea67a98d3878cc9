"""Our runner gives what Rasa's own gives."""

import pytest
from rasa.engine.graph import ExecutionContext, GraphNode, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner

from legcramps.server.runner import SequentialRunner

TEXTS = [
    "what causes night leg cramps?",
    "can anemia do this?",
    "and diabetes?",
    "👍",
    "is magnesium any good for my cat?",
]


def test_components_run_once_and_after_those_they_need():
    ran = []

    class Node:
        def __init__(self, name):
            self.name = name

        def __call__(self, *outputs):
            ran.append(self.name)
            return self.name, (self.name, *outputs)

    def needs(*names):
        return SchemaNode(
            needs={name: name for name in names}, uses=object, constructor_name="create", fn="run", config={}
        )

    runner = SequentialRunner(GraphSchema({}), None, None)
    runner._graph_schema = GraphSchema(
        {"d": needs("b", "c"), "b": needs("a"), "c": needs("a", "text"), "a": needs("text"), "e": needs("a")}
    )
    runner._instantiated_nodes = {name: Node(name) for name in "abcde"}
    outputs = runner.run({"text": "why?"}, ["d"])
    assert ran == ["a", "b", "c", "d"]
    assert list(outputs) == ["d"]
    _, (_, of_b), (_, of_c) = outputs["d"]
    assert of_b[0] == "b"
    assert of_c[2] == ("text", "why?")


@pytest.mark.parametrize("text", TEXTS)
def test_a_message_is_understood_as_rasas_runner_would(assistant, text):
    import asyncio

    from rasa.core.channels.channel import UserMessage

    processor = assistant.agent.processor
    ours = processor.graph_runner
    rasas = DaskGraphRunner(GraphSchema({}), None, ExecutionContext(GraphSchema({})))
    rasas._graph_schema, rasas._instantiated_nodes = ours._graph_schema, ours._instantiated_nodes
    assert all(isinstance(node, GraphNode) for node in ours._instantiated_nodes.values())

    def understood():
        data = asyncio.run(processor.parse_message(UserMessage(text, sender_id="runner", message_id="1")))
        return data["intent"], data["entities"]

    first = understood()
    processor.graph_runner = rasas
    try:
        assert understood() == first
    finally:
        processor.graph_runner = ours
