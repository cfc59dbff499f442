"""SpiffWorkflow as a peer: load the state from its row, advance one task, serialise, UPDATE and COMMIT.

Run by bench/case_step.py with the throw-away environment's Python; one JSON order on standard input, one answer out.
"""

import gc
import json
import sys
import time
import warnings

import psycopg
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

warnings.simplefilter("ignore")
SERIALIZER = BpmnWorkflowSerializer()


def new(order):
    parser = BpmnParser()
    parser.add_bpmn_str(order["bpmn"].encode())
    workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
    workflow.data.update(order["form"])
    workflow.do_engine_steps()
    return workflow


def ready(workflow):
    return workflow.get_tasks(state=TaskState.READY, manual=True)


def advance(workflow):
    task = ready(workflow)[0]
    task.data.update({"outcome": "agree", "opinion": "同意。"})
    task.run()
    workflow.do_engine_steps()


def prepare(order, connection):
    text = SERIALIZER.serialize_json(new(order))
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO peer_case VALUES (%s, %s)", [(key, text) for key in order["ids"]])
    connection.commit()
    return {"bytes": len(text.encode())}


def run(order, connection):
    """Every case one step forward, again and again: the seconds of each step."""
    took = []
    for _ in range(order["steps"]):
        for key in order["ids"]:
            start = time.perf_counter()
            text = connection.execute("SELECT state FROM peer_case WHERE id = %s FOR UPDATE", [key]).fetchone()[0]
            workflow = SERIALIZER.deserialize_json(text)
            advance(workflow)
            text = SERIALIZER.serialize_json(workflow)
            connection.execute("UPDATE peer_case SET state = %s WHERE id = %s", [text, key])
            connection.commit()
            took.append(time.perf_counter() - start)
    return {"took": took, "bytes": len(text.encode())}


def rounds(order, connection):
    """A return to the first task and the work up to the last, again and again; each act loaded and saved."""
    prepare(order, connection)
    key, took, sizes = order["ids"][0], [], []
    run({**order, "steps": order["steps"] - 1}, connection)
    for _ in range(order["rounds"]):
        start = time.perf_counter()
        text = connection.execute("SELECT state FROM peer_case WHERE id = %s FOR UPDATE", [key]).fetchone()[0]
        workflow = SERIALIZER.deserialize_json(text)
        first = next(t for t in workflow.get_tasks() if t.task_spec.bpmn_id == order["first"])
        workflow.reset_from_task_id(first.id)
        workflow.do_engine_steps()
        connection.execute("UPDATE peer_case SET state = %s WHERE id = %s", [SERIALIZER.serialize_json(workflow), key])
        connection.commit()
        told = run({**order, "steps": order["steps"] - 1}, connection)
        took.append(time.perf_counter() - start)
        sizes.append(told["bytes"])
    return {"took": took, "sizes": sizes}


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    with psycopg.connect(**given["connect"]) as open_connection:
        gc.collect()  # the collector as it is set for ours
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps({"prepare": prepare, "run": run, "rounds": rounds}[given["do"]](given, open_connection)))
