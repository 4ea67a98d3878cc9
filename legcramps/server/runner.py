"""Runs a model's components one after the other."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from rasa.engine.runner.dask import DaskGraphRunner


class SequentialRunner(DaskGraphRunner):
    """Rasa's runner without dask's scheduler, which for a dozen quick components takes longer than they do."""

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self._orders: Dict[Tuple[str, ...], List[str]] = {}

    def run(self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None) -> Dict[str, Any]:
        """The targets' outputs; each component that they need has run once."""
        wanted = tuple(targets or self._graph_schema.target_names)
        if wanted not in self._orders:
            self._orders[wanted] = self._order(wanted)
        done: Dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name in self._orders[wanted]:
            needs = self._graph_schema.nodes[name].needs.values()
            # What is missing is handed over by name: the component's node then says that it is.
            done[name] = self._instantiated_nodes[name](*(done.get(need, need) for need in needs))
        return dict(done[name] for name in wanted)

    def _order(self, targets: Tuple[str, ...]) -> List[str]:
        """The components that the targets need, each after those whose output it takes."""
        order: List[str] = []

        def add(name: str) -> None:
            node = self._graph_schema.nodes.get(name)
            if node and name not in order:
                for need in node.needs.values():
                    add(need)
                order.append(name)

        for target in targets:
            add(target)
        return order
