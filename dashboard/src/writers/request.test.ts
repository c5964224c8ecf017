import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { body, curl, type NewJob, python, shell } from "./request.ts";

const job = (args: string, options: NewJob["options"] = [], task = "send_email"): NewJob => ({ task, args, options });

test("the body holds the arguments as they were written", () => {
  assert.equal(body(job('{"n": 12345678901234567890}')), '{"task": "send_email", "args": {"n": 12345678901234567890}}');
  assert.equal(body(job("{}", [["queue", '"mail"'], ["priority", "9"]])), '{"task": "send_email", "options": {"queue": "mail", "priority": 9}}');
});

test("a shell gives back what was quoted", () => {
  for (const text of ["plain", "", "it's", "a b", '"$(id)" `id` \\ !', "'\\''", "line\nline", "ü 🚢"]) {
    assert.equal(execFileSync("sh", ["-c", `printf %s ${shell(text)}`]).toString(), text);
  }
});

test("curl is one command for the address of this page", () => {
  assert.equal(
    curl(job('{"to": "o\'hara"}'), "http://127.0.0.1:8000/deep/"),
    "curl http://127.0.0.1:8000/deep/v1/jobs \\\n  -H 'Content-Type: application/json' \\\n" +
      `  -d '{"task": "send_email", "args": {"to": "o'\\''hara"}}'`,
  );
});

test("Python has its own words for true, false and null", () => {
  assert.equal(
    python(job('{"to": "a@b.c", "ok": [true, false, null], "n": 1.50, "deep": {"x y": 1}}')),
    'job = await ferry.submit("send_email", to="a@b.c", ok=[True, False, None], n=1.50, deep={"x y": 1})',
  );
});

test("options go through the task, and names that Python cannot write through a dictionary", () => {
  assert.equal(
    python(job('{"class": 1, "a-b": 2, "ok": 3}', [["priority", "9"], ["tags", '["x"]']])),
    'job = await ferry.tasks["send_email"].options(priority=9, tags=["x"]).submit(ok=3, **{"class": 1, "a-b": 2})',
  );
});

test("Python reads back any text", () => {
  const hostile = ['"', "\\", "\\n", "a\nb\r\t", "\u0000\u001b", "ü 🚢", "\u202eabc", '"""', "{x}", "\\/"];
  const text = JSON.stringify(hostile);
  const said = python(job(`{"texts": ${text}}`)).replace(/^job = await ferry.submit\("send_email", texts=|\)$/g, "");
  const read = execFileSync("python3", ["-c", `import json,sys\nprint(json.dumps(eval(sys.stdin.read())))`], { input: said });
  assert.deepEqual(JSON.parse(read.toString()), hostile);
  assert.ok(python(job('{"half": "\\ud800"}')).includes('half="\\ud800"'));
});
