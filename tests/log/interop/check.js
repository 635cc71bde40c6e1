// Reads one case as JSON from standard input and says what @sigstore/verify makes of our checkpoint and inclusion proof.
const crypto = require("crypto");
const path = require("path");
const base = path.join(__dirname, "node_modules", "@sigstore", "verify", "dist", "tlog");
const { verifyCheckpoint } = require(path.join(base, "checkpoint.js"));
const { verifyMerkleInclusion } = require(path.join(base, "merkle.js"));

const told = JSON.parse(require("fs").readFileSync(0, "utf8"));
const bytes = (text) => Buffer.from(text, "base64");
const entry = {
  canonicalizedBody: bytes(told.entry),
  inclusionProof: {
    logIndex: String(told.index),
    treeSize: String(told.size),
    rootHash: bytes(told.root),
    hashes: told.proof.map(bytes),
    checkpoint: { envelope: told.checkpoint },
  },
};
const log = {
  logID: bytes(told.keyId),
  baseURL: "https://" + told.origin,
  publicKey: crypto.createPublicKey({ key: bytes(told.spki), format: "der", type: "spki" }),
};
try {
  const checkpoint = verifyCheckpoint(entry, [log]);
  verifyMerkleInclusion(entry, checkpoint);
  console.log(JSON.stringify({ ok: true, origin: checkpoint.origin, size: String(checkpoint.logSize) }));
} catch (error) {
  console.log(JSON.stringify({ ok: false, why: error.code || String(error) }));
}
