// The evidence that a line stands in a log: its opening, its path to the root (RFC 6962, RFC 9162 section 2.1), the signed checkpoint.

const leafHash = (data) => sha256(joined(Uint8Array.of(0), data));
const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

async function checkInclusion(index, size, leaf, proof, root) {
  if (index < 0n || index >= size) return false;
  let [fn, sn, top] = [index, size - 1n, leaf];
  for (const step of proof) {
    if (sn === 0n || step.length !== 32) return false;
    if (fn & 1n || fn === sn) {
      top = await nodeHash(step, top);
      while (!(fn & 1n) && fn) { fn >>= 1n; sn >>= 1n; }
    } else {
      top = await nodeHash(top, step);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equal(top, root);
}

async function proven(raw, key) {
  // (1) The evidence has exactly its parts.
  const told = members(raw, ["opening", "inclusion", "checkpoint"], word("evidence"));
  const opened = members(told.opening, ["text", "salt"], word("opening"));
  const text = opened.text;
  const salt = unhex(opened.salt, word("salt"));
  const steps = told.inclusion;
  if (typeof text !== "string" || typeof told.checkpoint !== "string" || !Array.isArray(steps) || steps.length > 64) {
    throw new Unfit("evidence_form");
  }
  // (2) The checkpoint is signed by the key we were given.
  const checkpoint = await headOf(told.checkpoint, key);
  // (3) The opening is canonical, and says which line it is.
  const spelled = utf8(text);
  const line = members(strictJson(spelled, word("opening")), ["line", "recorded", "seq"], word("opening"));
  if (canonical(line) !== text || typeof line.seq !== "number" || typeof line.recorded !== "string" || !isObject(line.line)) {
    throw new Unfit("opening_form");
  }
  // (4) Salt and opening give the leaf, and the path leads from the leaf to the signed root.
  const leaf = await leafHash(await sha256(joined(salt, spelled)));
  const path = steps.map((step) => unhex(step, word("path_hash")));
  if (!(await checkInclusion(BigInt(line.seq) - 1n, checkpoint.size, leaf, path, checkpoint.root))) {
    throw new Unfit("not_under_root", line.seq);
  }
  return { seq: line.seq, recorded: line.recorded, line: line.line, checkpoint, leaf };
}
