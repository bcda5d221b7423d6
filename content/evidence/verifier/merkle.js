// Trees of RFC 6962 over finished digests: roots, inclusion, consistency.

const leafHash = (value) => sha256(join([0], value));
const nodeHash = (left, right) => sha256(join([1], left, right));

const merkleRoot = async (digests) => {
  if (digests.length === 0) return sha256(new Uint8Array());
  if (digests.length === 1) return leafHash(digests[0]);
  let split = 1;
  while (split * 2 < digests.length) split *= 2;
  return nodeHash(await merkleRoot(digests.slice(0, split)), await merkleRoot(digests.slice(split)));
};

// Numbers up to 2^53, so no bit operations.
const odd = (n) => n % 2 === 1;
const half = (n) => Math.floor(n / 2);

// RFC 9162 §2.1.3.2.
const verifyInclusion = async (value, index, size, path, root) => {
  if (index >= size) return false;
  let [fn, sn] = [index, size - 1];
  let hash = await leafHash(value);
  for (const step of path) {
    if (sn === 0) return false;
    if (odd(fn) || fn === sn) {
      hash = await nodeHash(step, hash);
      while (!odd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = await nodeHash(hash, step);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && same(hash, root);
};

// RFC 9162 §2.1.4.2.
const verifyConsistency = async (oldSize, newSize, path, oldRoot, newRoot) => {
  if (oldSize > newSize) return false;
  if (oldSize === newSize) return path.length === 0 && same(oldRoot, newRoot);
  if (oldSize === 0) return path.length === 0 && same(oldRoot, await merkleRoot([]));
  let steps = path;
  let [fn, sn] = [oldSize - 1, newSize - 1];
  while (odd(fn)) [fn, sn] = [half(fn), half(sn)];
  // The old tree is perfect: its root is the first step.
  if (fn === 0) steps = [oldRoot, ...path];
  if (steps.length === 0) return false;
  let [older, newer] = [steps[0], steps[0]];
  for (const step of steps.slice(1)) {
    if (sn === 0) return false;
    if (odd(fn) || fn === sn) {
      older = await nodeHash(step, older);
      newer = await nodeHash(step, newer);
      while (!odd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      newer = await nodeHash(newer, step);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && same(older, oldRoot) && same(newer, newRoot);
};
