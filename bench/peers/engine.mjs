// bpmn-engine as a peer: load the state from its row, recover, signal one user task, getState, UPDATE and COMMIT.
// Run by bench/case_step.py; one JSON order on standard input, one answer out.
import { EventEmitter } from "node:events";
import { createInterface } from "node:readline";
import { Engine } from "bpmn-engine";
import pg from "pg";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const order = JSON.parse((await lines.next()).value);
const { host, port, dbname: database, user, password } = order.connect;
const client = new pg.Client({ host, port, database, user, password });
await client.connect();

async function prepare() {
  const engine = new Engine({ name: "line", source: order.bpmn, variables: order.form });
  await engine.execute({ listener: new EventEmitter() });
  const text = JSON.stringify(await engine.getState());
  await engine.stop();
  for (const key of order.ids) await client.query("INSERT INTO peer_case VALUES ($1, $2)", [key, text]);
  return { bytes: Buffer.byteLength(text) };
}

async function step(key) {
  await client.query("BEGIN");
  const found = await client.query("SELECT state FROM peer_case WHERE id = $1 FOR UPDATE", [key]);
  const engine = new Engine().recover(JSON.parse(found.rows[0].state));
  const execution = await engine.resume({ listener: new EventEmitter() });
  const [waiting] = execution.getPostponed();
  execution.signal({ id: waiting.id, outcome: "agree", opinion: "同意。" });
  const text = JSON.stringify(await execution.getState());
  await engine.stop();
  await client.query("UPDATE peer_case SET state = $1 WHERE id = $2", [text, key]);
  await client.query("COMMIT");
  return text;
}

async function run() {
  const took = [];
  let text = "";
  for (let turn = 0; turn < order.steps; turn += 1)
    for (const key of order.ids) {
      const start = process.hrtime.bigint();
      text = await step(key);
      took.push(Number(process.hrtime.bigint() - start) / 1e9);
    }
  return { took, bytes: Buffer.byteLength(text) };
}

console.log("ready");
await lines.next();
console.log(JSON.stringify(await { prepare, run }[order.do]()));
await client.end();
process.exit(0);
