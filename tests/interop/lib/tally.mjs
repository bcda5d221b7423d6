// Counts what holds and what does not, and ends a command with the sum.

let passed = 0;
const failures = [];

export function check(ok, what) {
  if (ok) {
    passed += 1;
  } else {
    failures.push(what);
    console.error(`failed: ${what}`);
  }
  return ok;
}

export function finish() {
  console.log(`${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;
}
