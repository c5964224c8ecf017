// BullMQ on Node: at least once. Speaks what __main__.py speaks for Python: `bullmq.mjs client|worker`.

import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { Queue, Worker } from 'bullmq';
import Redis from 'ioredis';

const { BENCH_URL, BENCH_MARKS, BENCH_JOBS, BENCH_SLOTS, BENCH_TASK } = process.env;
const CALLERS = 100;
const CHUNK = 500;
const TEXT = 'x'.repeat(1000);
// Its own advice: what has ended is not kept, unless its result is.
const OPTIONS = { removeOnComplete: BENCH_TASK !== 'echo' };

const connect = () => new Redis(BENCH_URL, { maxRetriesPerRequest: null });
const dataOf = (number) => (BENCH_TASK === 'echo' ? { number, text: TEXT } : { number });

// Node has no memory maps: starts are kept here and written every 3 ms, the range that has changed.
function marks() {
  const cells = new BigInt64Array(Number(BENCH_JOBS));
  const file = fs.openSync(path.join(BENCH_MARKS, `starts-${process.pid}`), 'w+');
  fs.ftruncateSync(file, cells.byteLength);
  let low = Infinity;
  let high = -1;
  setInterval(() => {
    if (high < 0) return;
    fs.writeSync(file, new Uint8Array(cells.buffer, low * 8, (high - low + 1) * 8), 0, undefined, low * 8);
    low = Infinity;
    high = -1;
  }, 3);
  return (number) => {
    cells[number] = cells[number] ? -1n : process.hrtime.bigint();
    low = Math.min(low, number);
    high = Math.max(high, number);
  };
}

function work() {
  const started = marks();
  const body = async (job) => {
    started(job.data.number);
    return job.data.text;
  };
  const worker = new Worker('bench', body, { connection: connect(), concurrency: Number(BENCH_SLOTS) });
  worker.on('error', (error) => console.error(error.message));
  process.on('SIGTERM', () => process.exit(0));
}

async function client() {
  const queue = new Queue('bench', { connection: connect() });
  const submit = (number) => queue.add('job', dataOf(number), OPTIONS);
  const verbs = {
    async prepare() {},
    async sequential(first, count) {
      for (let number = first; number < first + count; number++) await submit(number);
    },
    async concurrent(first, count) {
      let next = first;
      const caller = async () => {
        while (next < first + count) await submit(next++);
      };
      await Promise.all(Array.from({ length: CALLERS }, caller));
    },
    async bulk(first, count) {
      for (let from = first; from < first + count; from += CHUNK) {
        const numbers = Array.from({ length: Math.min(CHUNK, first + count - from) }, (_, index) => from + index);
        await queue.addBulk(numbers.map((number) => ({ name: 'job', data: dataOf(number), opts: OPTIONS })));
      }
    },
    async paced(first, count, perSecond) {
      const asked = [];
      const begin = performance.now();
      for (let index = 0; index < count; index++) {
        const wait = begin + (index * 1000) / perSecond - performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        asked.push(Number(process.hrtime.bigint()));
        await submit(first + index);
      }
      return asked;
    },
  };
  await queue.waitUntilReady();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [verb, ...numbers] = line.split(' ');
    const cpu = process.cpuUsage();
    const begin = performance.now();
    const given = await verbs[verb](...numbers.map(Number));
    const used = process.cpuUsage(cpu);
    const answer = { seconds: (performance.now() - begin) / 1e3, cpu: (used.user + used.system) / 1e6, given };
    console.log(JSON.stringify(answer));
  }
  process.exit(0);
}

await (process.argv[2] === 'worker' ? work() : client());
